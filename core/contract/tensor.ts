import { z } from 'zod';

/** A tensor on its way to the window: little-endian bytes in base64, row-major (NCHW for maps). */
export const tensorPayload = z.object({
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(['f32', 'u8', 'i32']),
  data: z.string(),
});
export type TensorPayload = z.infer<typeof tensorPayload>;
