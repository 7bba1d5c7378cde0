import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The titles of all tests of a folder. */
function titles(folder: string): Set<string> {
  const files = readdirSync(join(ROOT, 'tests', folder)).filter((name) => name.endsWith('.spec.ts'));
  const text = files.map((name) => readFileSync(join(ROOT, 'tests', folder, name), 'utf8')).join('\n');
  return new Set([...text.matchAll(/^test\('([^']+)'/gm)].map((found) => found[1]!));
}

test('each of the 21 requirements names tests that exist', () => {
  const known = { u: titles('unit'), b: titles('browser') };
  const rows = readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^\| (\d+) \| [^|]+ \| (.+) \|$/gm);
  const numbers: number[] = [];
  for (const [, number, tests] of rows) {
    const named = [...tests!.matchAll(/\b([ub]) `([^`]+)`/g)];
    expect(named.length, `requirement ${number}`).toBeGreaterThan(0);
    for (const [, where, title] of named) expect([...known[where as 'u' | 'b']]).toContain(title);
    numbers.push(Number(number));
  }
  expect(numbers).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
});
