import { ConvolabError } from '../contract/errors.ts';

type Node = Record<string, unknown>;

/** The value at a dotted path (`train.optimizer.lr`, `dataset.preprocess.0.type`), `undefined` where there is none. */
export function getPath(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Node)[key];
  }
  return value;
}

/**
 * A copy with the value at a dotted path replaced; mappings on the way are made where they are missing.
 * @throws `spec.invalid` where the path leads through something that holds no keys, or past the end of a list
 */
export function setPath(root: unknown, path: string, value: unknown): unknown {
  return replace(root, path.split('.'), value, path);
}

function replace(node: unknown, [key, ...rest]: string[], value: unknown, path: string): unknown {
  if (key === undefined) return value;
  if (key === '' || key === '__proto__') throw invalid(path, 'is not a path of keys joined by dots');
  if (Array.isArray(node)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > node.length) {
      throw invalid(path, `"${key}" is no place in a list of ${node.length}`);
    }
    return spliced(node, index, replace(node[index], rest, value, path));
  }
  if (node !== undefined && (typeof node !== 'object' || node === null)) {
    throw invalid(path, `"${key}" cannot be set inside ${JSON.stringify(node)}`);
  }
  const mapping = (node ?? {}) as Node;
  return { ...mapping, [key]: replace(mapping[key], rest, value, path) };
}

function spliced(list: readonly unknown[], index: number, value: unknown): unknown[] {
  const copy = [...list];
  copy[index] = value;
  return copy;
}

function invalid(path: string, message: string): ConvolabError {
  return new ConvolabError('spec.invalid', `${path}: ${message}.`, {
    subject: path,
    issues: [{ path, message }],
  });
}
