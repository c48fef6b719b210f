import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { ConvolabError } from '../contract/errors.ts';
import { readText } from '../train/source.ts';

/**
 * An error about an experiment that came from a file, with the lines to be corrected in its hint.
 * @param changed paths that were given beside the file, such as by `--set`: of these it has no line
 */
export async function withLines(thrown: unknown, file: string, changed: readonly string[]): Promise<unknown> {
  if (!(thrown instanceof ConvolabError) || !thrown.code.startsWith('spec.')) return thrown;
  const text = await readText(file);
  const isChanged = (path: string) => changed.some((set) => path === set || path.startsWith(`${set}.`));
  const lines = (thrown.issues ?? [])
    .filter(({ path }) => !isChanged(path))
    .flatMap(({ path }) => lineOf(text, path) ?? []);
  if (lines.length === 0) return thrown;
  const numbers = [...new Set(lines)].sort((a, b) => a - b);
  const { code, message, hint, ...details } = thrown.toJSON();
  const where = `${numbers.length > 1 ? 'Lines' : 'Line'} ${numbers.join(', ')} of ${file}.`;
  return new ConvolabError(code, message, { ...details, hint: `${hint ?? ''} ${where}`.trim() });
}

/** The line, from 1, of what a path leads to in a YAML text, or of the last key on the way that is there. */
export function lineOf(text: string, path: string): number | undefined {
  const lines = new LineCounter();
  let node: unknown = parseDocument(text, { lineCounter: lines }).contents;
  let rest = path;
  let offset: number | undefined;
  while (rest !== '') {
    const step = stepInto(node, rest);
    if (step === undefined) break;
    offset = step.offset ?? offset;
    rest = rest.slice(step.key.length + 1);
    node = step.node;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

/** A key may hold dots itself, as the paths of a grid do. */
function stepInto(node: unknown, rest: string) {
  const leads = (key: string) => rest === key || rest.startsWith(`${key}.`);
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (isScalar(key) && leads(String(key.value)))
        return { key: String(key.value), node: value, offset: key.range?.[0] };
    }
  } else if (isSeq(node)) {
    const [key = ''] = rest.split('.');
    const item = node.items[Number(key)];
    const range = isMap(item) || isSeq(item) || isScalar(item) ? item.range : undefined;
    if (item !== undefined) return { key, node: item, offset: range?.[0] };
  }
  return undefined;
}
