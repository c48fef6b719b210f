/** Colour arithmetic for the tests of the palette and the tokens. */
type Triple = readonly [number, number, number];

/** Linear sRGB, 0..1, from `#rrggbb`. */
export function linear(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const dot = (row: readonly number[], [x, y, z]: Triple) => row[0]! * x + row[1]! * y + row[2]! * z;
const times = (matrix: readonly (readonly number[])[], vector: Triple): Triple => [
  dot(matrix[0]!, vector),
  dot(matrix[1]!, vector),
  dot(matrix[2]!, vector),
];

/** Contrast ratio of WCAG 2. */
export function contrast(a: string, b: string): number {
  const luminance = (hex: string) => dot([0.2126, 0.7152, 0.0722], linear(hex));
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Full colour vision, and its three deficiencies at full strength (Machado, Oliveira and Fernandes 2009). */
export const visions = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

/** OKLab (Ottosson 2020) of a colour as seen with a vision. */
function oklab(hex: string, vision: keyof typeof visions): Triple {
  const seen = times(visions[vision], linear(hex)).map((value) => Math.min(1, Math.max(0, value)));
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    seen as unknown as Triple,
  ).map(Math.cbrt);
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones as unknown as Triple,
  );
}

export function distance(a: string, b: string, vision: keyof typeof visions): number {
  const [left, right] = [oklab(a, vision), oklab(b, vision)];
  return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}
