import type { ImagePair } from '../dataset.ts';
import { damaged } from '../faults.ts';

/**
 * LFW's lists of pairs, by fold. The first line says how many there are: `folds<tab>pairs` or just `pairs`. Then come, for each
 * fold, that many pairs of the same person (`name<tab>image<tab>image`), and as many of two (`name<tab>image<tab>name<tab>image`).
 * @throws `dataset.damaged` naming `file` and the line
 */
export function parseLfwPairs(text: string, file: string): ImagePair[][] {
  const [head = '', ...lines] = text.replace(/\r/g, '').replace(/\n+$/, '').split('\n');
  const counts = head.trim().split(/\s+/).map(Number);
  if (counts.length > 2 || counts.some((count) => !Number.isInteger(count) || count < 1)) {
    throw damaged(file, 'does not begin with the number of pairs');
  }
  const [folds, each] = (counts.length === 2 ? counts : [1, counts[0]]) as [number, number];
  if (lines.length !== folds * each * 2)
    throw damaged(file, `holds ${lines.length} pairs where ${folds * each * 2} are announced`);
  const pairs = lines.map((line, i) => pairOf(line.split('\t'), `line ${i + 2}`, file));
  return Array.from({ length: folds }, (_, fold) => pairs.slice(2 * each * fold, 2 * each * (fold + 1)));
}

function pairOf(words: readonly string[], where: string, file: string): ImagePair {
  const [first = '', firstImage, second, secondImage] = words;
  if (words.length === 3) {
    return {
      images: [pathOf(first, firstImage, where, file), pathOf(first, second, where, file)],
      same: true,
    };
  }
  if (words.length === 4) {
    const images = [
      pathOf(first, firstImage, where, file),
      pathOf(second, secondImage, where, file),
    ] as const;
    return { images, same: false };
  }
  throw damaged(file, `${where} is no pair`);
}

function pathOf(name: string | undefined, image: string | undefined, where: string, file: string): string {
  if (!/^[^/\\\s]+$/.test(name ?? '') || !/^[1-9]\d{0,3}$/.test(image ?? '')) {
    throw damaged(file, `${where} names no image`);
  }
  return lfwImagePath(name as string, Number(image));
}

/** Path of a person's image within the set. */
export function lfwImagePath(name: string, image: number): string {
  return `images/${name}/${name}_${String(image).padStart(4, '0')}.jpg`;
}
