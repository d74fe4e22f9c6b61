/** What a shell expects of a program that Ctrl-C ended: 128 and the number of the signal. */
const INTERRUPTED = 130;

/**
 * From now on, Ctrl-C says what goes on without us: Azure cannot stop an action Run Command, and the script ends by itself after 20 s at most
 * (src/probe/linux.sh).
 *
 * @returns a function that ends this.
 */
export function sayWhatGoesOn(report: (line: string) => void): () => void {
  const say = () => {
    report(
      'Stopped waiting. The run on the node goes on, since Azure cannot stop it: it ends by itself within half a minute. Until then the node is busy.',
    );
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', say);
  return () => void process.off('SIGINT', say);
}
