import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import yauzl from 'yauzl';
import { crc32, zip } from '../../../../renderer/ui/zip.ts';

test('an archive is read back by another program, names and bytes', async () => {
  const entries = [
    { name: 'charts/Genauigkeit (Prüfung).csv', data: 'epoch,value\r\n1,0.5\r\n' },
    { name: 'charts/empty.txt', data: '' },
    { name: 'bytes.bin', data: Uint8Array.of(0, 255, 1, 254) },
  ];
  const bytes = zip(entries, new Date(2026, 10, 26, 14, 7, 32));
  const file = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(Buffer.from(bytes), {
    lazyEntries: true,
  });
  const found: { name: string; text: string; modified: number }[] = [];
  await new Promise<void>((resolve, reject) => {
    file.on('error', reject);
    file.on('end', resolve);
    file.on('entry', (entry: yauzl.Entry) => {
      file.openReadStream(entry, async (error, stream) => {
        if (error) return reject(error);
        const chunks = await stream.toArray();
        const text = Buffer.concat(chunks).toString('latin1');
        found.push({ name: entry.fileName, text, modified: entry.getLastModDate().getMinutes() });
        file.readEntry();
      });
    });
    file.readEntry();
  });
  expect(found).toEqual([
    { name: 'charts/Genauigkeit (Prüfung).csv', text: 'epoch,value\r\n1,0.5\r\n', modified: 7 },
    { name: 'charts/empty.txt', text: '', modified: 7 },
    { name: 'bytes.bin', text: '\u0000\u00ff\u0001\u00fe', modified: 7 },
  ]);
});

test('the checksum is the one of the standard', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});
