/** Writes what runner.cpp reads: little-endian numbers of 32 bits, and lists behind their length. */
export class WireWriter {
  readonly #parts: Buffer[] = [];

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    this.#parts.push(bytes);
    return this;
  }

  double(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#parts.push(bytes);
    return this;
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value));
  }

  bytes(values: Uint8Array): this {
    this.int(values.length).#parts.push(Buffer.from(values));
    return this;
  }

  ints(values: ArrayLike<number>): this {
    return this.#words(Int32Array.from(values));
  }

  floats(values: ArrayLike<number>): this {
    return this.#words(Float32Array.from(values));
  }

  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.int(items.length);
    items.forEach(write);
    return this;
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #words(values: Int32Array | Float32Array): this {
    this.int(values.length).#parts.push(Buffer.from(values.buffer));
    return this;
  }
}

/** Reads the lists that runner.cpp writes, in order. */
export class WireReader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  floats(): Float32Array {
    return new Float32Array(Uint8Array.from(this.#take(4)).buffer);
  }

  flag(): boolean {
    return this.#take(1)[0] === 1;
  }

  #take(size: number): Buffer {
    const count = this.#bytes.readInt32LE(this.#at);
    const start = this.#at + 4;
    this.#at = start + count * size;
    return this.#bytes.subarray(start, this.#at);
  }
}
