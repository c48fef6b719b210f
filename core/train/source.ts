import { readFile } from 'node:fs/promises';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { ConvolabError } from '../contract/errors.ts';

/**
 * Reads YAML, and so JSON, which YAML contains.
 * @param subject names the text in errors, usually its file
 * @throws `spec.syntax` with line and column of every fault; a key given twice is one
 */
export function parseText(text: string, subject = 'the text'): unknown {
  const lines = new LineCounter();
  const document: Document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const issues = document.errors.map((fault) => {
      const { line, col } = lines.linePos(fault.pos[0]);
      return { path: '', message: `line ${line}, column ${col}: ${fault.message}` };
    });
    throw new ConvolabError('spec.syntax', `${subject} cannot be read: ${issues[0]?.message}.`, {
      subject,
      hint: 'Correct it there; the format is YAML or JSON.',
      issues,
    });
  }
  return document.toJS({ maxAliasCount: 100 });
}

/**
 * Reads a specification file.
 * @throws `file.unreadable`, `spec.syntax`
 */
export async function readSpecFile(path: string): Promise<unknown> {
  return parseText(await readText(path), path);
}

/** Throws `file.unreadable`. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'There is no such file' : 'Cannot read';
    throw new ConvolabError(
      'file.unreadable',
      `${why}: ${path}.`,
      { subject: path, hint: 'Check the path and that the file may be read.' },
      { cause },
    );
  }
}
