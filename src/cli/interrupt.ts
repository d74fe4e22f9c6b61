/** What a shell expects of a program that Ctrl-C ended: 128 and the number of the signal. */
const INTERRUPTED = 130;

/** How many runs are under way on nodes; one listener speaks for all. */
let underWay = 0;
let stopListening = () => {};

function listen(report: (line: string) => void): void {
  const say = () => {
    const many = underWay > 1;
    report(
      many
        ? `Stopped waiting. The runs on ${underWay} nodes go on, since Azure cannot stop them: they end by themselves within half a minute. Until then the nodes are busy.`
        : 'Stopped waiting. The run on the node goes on, since Azure cannot stop it: it ends by itself within half a minute. Until then the node is busy.',
    );
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', say);
  stopListening = () => void process.off('SIGINT', say);
}

/**
 * From now on, Ctrl-C says what goes on without us: Azure cannot stop an action Run Command, and the script ends by itself after 20 s at most
 * (src/probe/linux.sh).
 *
 * @returns a function that ends this, to be called once.
 */
export function sayWhatGoesOn(report: (line: string) => void): () => void {
  if (underWay++ === 0) listen(report);
  return () => {
    if (--underWay === 0) stopListening();
  };
}
