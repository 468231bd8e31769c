/** How many mutants the tests killed, folder by folder, from the reports that `npm run mutate` leaves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Prints one line for each folder that was tried; a score has the standard error of a share.
 * @param {string} reports @param {readonly string[]} tops folders that get a line for their whole.
 */
export function printTable(reports, tops) {
  /** @type {Map<string, string>} of each mutant's name. */
  const statuses = new Map();
  const names = existsSync(reports) ? readdirSync(reports, { recursive: true, encoding: 'utf8' }) : [];
  for (const name of names.filter((path) => path.endsWith('report.json')).sort()) {
    const { files } = JSON.parse(readFileSync(join(reports, name), 'utf8'));
    for (const [file, { mutants }] of Object.entries(files)) {
      for (const { status, location, mutatorName, replacement } of mutants)
        statuses.set(`${file}\n${JSON.stringify([location, mutatorName, replacement])}`, status);
    }
  }
  /** @type {Map<string, { killed: number, tried: number }>} */
  const counts = new Map();
  for (const [name, status] of statuses) {
    const killed = status === 'Killed' || status === 'Timeout';
    if (!killed && status !== 'Survived' && status !== 'NoCoverage') continue;
    const folder = dirname(name.split('\n')[0]);
    const top = tops.find((path) => folder === path || folder.startsWith(`${path}/`));
    for (const key of new Set([folder, `${top} (all)`])) {
      const count = counts.get(key) ?? { killed: 0, tried: 0 };
      counts.set(key, { killed: count.killed + Number(killed), tried: count.tried + 1 });
    }
  }
  for (const [folder, { killed, tried }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const share = killed / tried;
    const error = Math.sqrt((share * (1 - share)) / tried);
    const percent = (/** @type {number} */ value) => `${(100 * value).toFixed(1)} %`;
    process.stdout.write(
      `${folder.padEnd(32)} ${String(tried).padStart(5)} tried ${String(tried - killed).padStart(5)} survived ` +
        `${percent(share).padStart(8)} (±${percent(error)})\n`,
    );
  }
}
