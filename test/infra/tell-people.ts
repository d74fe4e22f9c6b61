import { differences, readExpected } from './expected-notices.ts';
import { incidents, whatPeopleAreTold } from './incidents.ts';

// Prints who is told what, and when, of each incident: "npm run alerts", or with parts of their names behind. Exits with 1 where it is not as expected.

const chosen = process.argv.slice(2);
const expected = readExpected();
let wrong = 0;
for (const [name, incident] of Object.entries(incidents)) {
  if (chosen.length > 0 && !chosen.some((part) => name.includes(part))) continue;
  const told = whatPeopleAreTold(incident);
  const { falseOnes, missing } = differences(
    told,
    expected.filter((each) => each.incident === name),
  );
  const woken = told.filter(({ to, condition }) => to === 'page' && condition === 'Fired').length;
  console.log(`\n${name}: ${told.filter(({ condition }) => condition === 'Fired').length} told, ${woken} of them woken`);
  for (const each of told) {
    const mark = falseOnes.includes(each) ? 'NOT EXPECTED' : '';
    console.log(`  ${String(each.minutes).padStart(4)} min  ${each.to.padEnd(6)}  ${each.rule.padEnd(14)}  ${each.subject}  ${mark}`);
  }
  for (const { from, until, to, rule, words } of missing) console.log(`  MISSING, at ${from}–${until} min: ${to} ${rule} ${words}`);
  wrong += falseOnes.length + missing.length;
}
console.log(wrong === 0 ? '\nEach is told once, none falsely.' : `\n${wrong} notices differ from test/infra/expected-notices.md.`);
process.exitCode = wrong === 0 ? 0 : 1;
