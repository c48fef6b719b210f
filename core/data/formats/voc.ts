import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { damaged } from '../faults.ts';

/** An annotated image, as PASCAL VOC writes it; our pixels count from 0, those in the file from 1. */
export interface VocAnnotation {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Channels. */
  readonly depth: number;
  readonly objects: readonly VocObject[];
}

export interface VocObject {
  readonly name: string;
  /** Pixels from the image's upper left corner; the right and bottom ones are inside. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Not counted when a detector is judged. */
  readonly difficult: boolean;
}

const number = z
  .string()
  .regex(/^\s*\d+(\.\d+)?\s*$/)
  .transform(Number);
const objectSchema = z.object({
  name: z.string().min(1),
  difficult: z.enum(['0', '1']).optional(),
  bndbox: z.object({ xmin: number, ymin: number, xmax: number, ymax: number }),
});
const annotationSchema = z.object({
  annotation: z.object({
    filename: z.string().min(1),
    size: z.object({ width: number, height: number, depth: number }),
    object: z.array(objectSchema).default([]),
  }),
});

/** Entities that a document defines itself stay unread: VOC has none, and attacks are made of them. */
const parser = new XMLParser({
  processEntities: false,
  parseTagValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 16,
  isArray: (name) => name === 'object',
});
const builder = new XMLBuilder({ format: true, indentBy: '\t', processEntities: true });

/** No annotation is longer; the largest of VOC has 42 objects in 30 kB. */
const longest = 4 * 2 ** 20;

/** Throws `dataset.damaged` naming `file`. */
export function parseVocXml(text: string, file: string): VocAnnotation {
  if (text.length > longest) throw damaged(file, `is ${text.length} characters long, which no annotation is`);
  const parsed = annotationSchema.safeParse(readXml(text, file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(file, `is no VOC annotation: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const { filename, size, object } = parsed.data.annotation;
  return {
    file: plainText(filename),
    ...size,
    objects: object.map(({ name, difficult, bndbox }) => ({
      name: plainText(name),
      left: bndbox.xmin - 1,
      top: bndbox.ymin - 1,
      right: bndbox.xmax - 1,
      bottom: bndbox.ymax - 1,
      difficult: difficult === '1',
    })),
  };
}

function readXml(text: string, file: string): unknown {
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) throw new Error(`${valid.err.msg} (line ${valid.err.line})`);
    return parser.parse(text);
  } catch (cause) {
    throw damaged(file, `is not well-formed XML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The five entities that every XML document has. */
function plainText(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] as string);
}

/** The file that `parseVocXml` reads back to the same. */
export function writeVocXml({ file, width, height, depth, objects }: VocAnnotation): string {
  return builder.build({
    annotation: {
      filename: file,
      size: { width, height, depth },
      segmented: 0,
      object: objects.map(({ name, left, top, right, bottom, difficult }) => ({
        name,
        pose: 'Unspecified',
        truncated: 0,
        difficult: difficult ? 1 : 0,
        bndbox: { xmin: left + 1, ymin: top + 1, xmax: right + 1, ymax: bottom + 1 },
      })),
    },
  });
}
