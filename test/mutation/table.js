/** How many mutants the tests killed, folder by folder, from the reports that `npm run mutate` leaves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @typedef {{ killed: number, survived: number }} Count */

/** @param {string} folder @returns {string[]} */
function reportsBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort();
}

/**
 * Prints one line for each folder that holds reports. A sample's score has the standard error of a share.
 * @param {string} reports @param {readonly string[]} tops folders that get a line for their whole.
 */
export function printTable(reports, tops) {
  /** @type {Map<string, Count>} */
  const counts = new Map();
  for (const name of reportsBelow(reports)) {
    const folder = dirname(name);
    const top = tops.find((path) => folder === path || folder.startsWith(`${path}/`));
    for (const { mutants } of Object.values(JSON.parse(readFileSync(join(reports, name), 'utf8')).files)) {
      for (const key of new Set([folder, `${top} (all)`])) {
        const count = counts.get(key) ?? { killed: 0, survived: 0 };
        for (const { status } of mutants) {
          if (status === 'Killed' || status === 'Timeout') count.killed++;
          else if (status === 'Survived' || status === 'NoCoverage') count.survived++;
        }
        counts.set(key, count);
      }
    }
  }
  for (const [folder, { killed, survived }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const tried = killed + survived;
    const share = killed / tried;
    const error = Math.sqrt((share * (1 - share)) / tried);
    const percent = (/** @type {number} */ value) => `${(100 * value).toFixed(1)} %`;
    process.stdout.write(
      `${folder.padEnd(32)} ${String(tried).padStart(5)} tried ${String(survived).padStart(5)} survived ` +
        `${percent(share).padStart(8)} (±${percent(error)})\n`,
    );
  }
}
