// Looks into the finished bundle for what must not be there: the in-memory stand-in, inlined code or
// style, raw evaluation, fonts as data URLs. Runs after every `npm run build`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}/dist`;
const world = readFileSync(`${root}/src/ipc/dev/world.ts`, 'utf8');
const marker = /MARKER = '([^']+)'/.exec(world)?.[1];
if (!marker) throw new Error('the stand-in has no marker to look for');

const problems = [];
const files = readdirSync(dist, { recursive: true })
  .map((name) => `${dist}/${name}`)
  .filter((path) => statSync(path).isFile());
for (const path of files.filter((name) => /\.(html|js|css)$/.test(name))) {
  const text = readFileSync(path, 'utf8');
  const say = (what) => problems.push(`${path.slice(dist.length + 1)}: ${what}`);
  if (text.includes(marker) || text.includes('Northwind')) say('the in-memory stand-in');
  if (path.endsWith('.js') && /\beval\(|new Function\(/.test(text)) say('evaluation of text');
  if (path.endsWith('.css') && /url\(["']?data:/.test(text)) say('a data URL');
  if (path.endsWith('.html') && /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/.test(text))
    say('something inlined');
}
if (!files.some((path) => path.endsWith('.woff2'))) problems.push('the fonts are missing');

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
console.log(`bundle clean: ${files.length} files, ${Math.round(bytes / 1024)} KiB`);
