import { damaged } from '../faults.ts';

/** Collects the rows of one file: bytes as long as all of them are, else float32. */
export class PixelTable {
  readonly labels: string[] = [];
  /** Pixels in a row. */
  columns = 0;
  readonly #file: string;
  readonly #wanted: string;
  #separator = ',';
  #labelColumn = 0;
  #lines = 0;
  #length = 0;
  #pixels: Uint8Array | Float32Array = new Uint8Array(1 << 16);

  /** @param label name of the label's column, or `first` or `last` */
  constructor(file: string, label: string) {
    this.#file = file;
    this.#wanted = label;
  }

  /** Throws `dataset.damaged` naming the line. */
  add(line: string): void {
    this.#lines++;
    if (line.trim() === '') return;
    if (this.columns === 0) {
      const cells = this.#begin(line);
      if (this.#isHeader(cells)) return;
    }
    const cells = this.#cells(line);
    if (cells.length !== this.columns + 1) {
      throw this.#fault(`has ${cells.length} columns where ${this.columns + 1} are expected`);
    }
    const [label = ''] = cells.splice(this.#labelColumn, 1);
    if (label === '') throw this.#fault('has no label');
    this.labels.push(label);
    for (const cell of cells) this.#push(cell);
  }

  pixels(): Uint8Array | Float32Array {
    return this.#pixels.subarray(0, this.#length);
  }

  #begin(line: string): string[] {
    this.#separator = [',', ';', '\t'].find((separator) => line.includes(separator)) ?? ',';
    const cells = this.#cells(line);
    this.columns = cells.length - 1;
    if (this.columns < 1) throw this.#fault('has one column; there must be a label and pixels');
    const named = cells.indexOf(this.#wanted);
    if (named >= 0) this.#labelColumn = named;
    else if (this.#wanted === 'last') this.#labelColumn = this.columns;
    else if (this.#wanted !== 'first') throw this.#fault(`has no column "${this.#wanted}"`);
    return cells;
  }

  /** A first row whose pixels are no numbers names the columns. */
  #isHeader(cells: readonly string[]): boolean {
    return cells.some((cell, column) => column !== this.#labelColumn && Number.isNaN(Number(cell)));
  }

  #cells(line: string): string[] {
    return line.split(this.#separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  }

  #push(cell: string): void {
    const value = Number(cell);
    if (cell === '' || !Number.isFinite(value)) throw this.#fault(`holds "${cell}", which is no number`);
    if (this.#pixels instanceof Uint8Array && (value < 0 || value > 255 || !Number.isInteger(value))) {
      this.#pixels = Float32Array.from(this.#pixels);
    }
    if (this.#length === this.#pixels.length) this.#pixels = doubled(this.#pixels);
    this.#pixels[this.#length++] = value;
  }

  #fault(fact: string) {
    return damaged(this.#file, `line ${this.#lines} ${fact}`);
  }
}

function doubled<T extends Uint8Array | Float32Array>(pixels: T): T {
  const larger = new (pixels.constructor as new (length: number) => T)(2 * pixels.length);
  larger.set(pixels);
  return larger;
}
