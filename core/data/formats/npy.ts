import type { Dtype } from '../../export/safetensors-header.ts';
import { damaged } from '../faults.ts';

/** One array as NumPy stores it. */
export interface NpyArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

/** NumPy's names of element types (`<f4`), the byte order in front left out. */
const dtypes: Readonly<Record<string, Dtype>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  i4: 'I32',
  i2: 'I16',
  i1: 'I8',
  u8: 'U64',
  u4: 'U32',
  u2: 'U16',
  u1: 'U8',
  b1: 'BOOL',
};

/**
 * Parses the NPY format (numpy.lib.format): the magic string, a version, the header's length, the header as a Python
 * dictionary, then the numbers.
 * @param name names it in errors
 * @throws `dataset.damaged`
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 10 || file.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw damaged(name, 'is no NumPy array');
  const [start, length] =
    file[6] === 1 ? [10, file.readUInt16LE(8)] : [12, file.length < 12 ? 0 : file.readUInt32LE(8)];
  if (start + length > file.length) throw damaged(name, 'ends inside its header');
  const header = file.toString('latin1', start, start + length);
  const descr = /'descr': *'([<>|=]?)([a-zA-Z]\d*)'/.exec(header);
  const order = /'fortran_order': *(True|False)/.exec(header);
  const extents = /'shape': *\(([\d, ]*)\)/.exec(header);
  if (!descr || !order || !extents) throw damaged(name, 'has a header that cannot be read');
  const dtype = dtypes[descr[2] as string];
  if (dtype === undefined)
    throw damaged(name, `holds elements of type ${descr[2]}, which are no plain numbers`);
  if (order[1] === 'True')
    throw damaged(name, 'is stored column by column; save numpy.ascontiguousarray of it');
  const shape = (extents[1] as string)
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const width = Number((descr[2] as string).slice(1));
  const wanted = shape.reduce((product, extent) => product * extent, width);
  const data = file.subarray(start + length);
  if (data.length !== wanted)
    throw damaged(name, `holds ${data.length} bytes where [${shape}] needs ${wanted}`);
  return { dtype, shape, bytes: descr[1] === '>' ? swapped(data, width) : data };
}

/** Big-endian elements as little-endian ones. */
function swapped(data: Buffer, width: number): Uint8Array {
  const copy = Buffer.from(data);
  if (width === 2) copy.swap16();
  if (width === 4) copy.swap32();
  if (width === 8) copy.swap64();
  return copy;
}
