import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why something cannot be had, and what would help, as sentences. */
export interface Absence {
  readonly reason: string;
  readonly help: string;
}

const loader =
  'Install the Vulkan loader: the package libvulkan1 (Debian, Ubuntu), vulkan-loader (Fedora) or vulkan-icd-loader (Arch).';
const mesa =
  'Install its Vulkan driver: the package mesa-vulkan-drivers (Debian, Ubuntu, Fedora), or vulkan-radeon or vulkan-intel (Arch).';
/** Seen in a container with the driver and nothing else: it shows no GPU before libEGL is there. */
const nvidiaBeside =
  'NVIDIA’s driver needs libraries of GLVND and X11 beside it, without a display too: the packages libegl1 and libxext6 (Debian, Ubuntu), libglvnd-egl and libXext (Fedora), libglvnd and libxext (Arch).';
const nvidia = `Install NVIDIA’s own driver (nvidia-driver on Debian, \`ubuntu-drivers install\` on Ubuntu, akmod-nvidia on Fedora, nvidia-utils on Arch); in a container, start it with NVIDIA_DRIVER_CAPABILITIES=all. ${nvidiaBeside}`;
const joinGroup = 'Add the user to the group that may: `sudo usermod -aG render $USER`, then log in again.';
const update = 'Install the newest driver from the maker of the graphics card.';

const makers: Readonly<Record<string, { readonly name: string; readonly help: string }>> = {
  '0x10de': { name: 'NVIDIA', help: nvidia },
  '0x1002': { name: 'AMD', help: mesa },
  '0x8086': { name: 'Intel', help: mesa },
};

/** Why a machine shows no adapter but software, from what Dawn and the Vulkan loader wrote to standard error. */
export function whyNoGpu(errors: string): Absence {
  if (/Couldn't load Vulkan/.test(errors)) {
    return { reason: 'The Vulkan loader is not installed, through which GPUs are reached.', help: loader };
  }
  const library = missingLibrary(errors);
  if (library !== undefined) {
    const reason = `A Vulkan driver cannot be loaded: the library ${library} is missing.`;
    return { reason, help: `Install what holds it. ${nvidiaBeside}` };
  }
  if (process.platform !== 'linux') {
    return { reason: 'The system offers no GPU that can compute.', help: update };
  }
  const overridden = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (overridden !== undefined) {
    const reason = `No GPU answers through the Vulkan drivers named in the environment: ${overridden}.`;
    return {
      reason,
      help: `Unset VK_DRIVER_FILES and VK_ICD_FILENAMES, or let them name a driver that is there. ${nvidiaBeside}`,
    };
  }
  if (isLockedOut()) return { reason: 'This user may not open the graphics card.', help: joinGroup };
  return withoutDriver(graphicsMakers());
}

/** What the Vulkan loader could not find of a driver: the driver itself, or what it is linked with. */
function missingLibrary(errors: string): string | undefined {
  return /([\w.+-]+\.so[\w.]*): cannot open shared object file/.exec(errors)?.[1];
}

/** The maker of the card that one would rather compute on comes first. */
function withoutDriver(found: readonly string[]): Absence {
  const [vendor] = Object.keys(makers).filter((known) => found.includes(known));
  const maker = makers[vendor ?? ''];
  if (maker) {
    return {
      reason: `There is a GPU of ${maker.name}, but no Vulkan driver for it that works.`,
      help: maker.help,
    };
  }
  return {
    reason: 'There is no Vulkan driver, and no graphics card that would need one can be seen.',
    help: 'If there is one, install its driver: docs/gpu.md says which packages a card of AMD, Intel or NVIDIA needs, in a container too.',
  };
}

/** PCI vendors of the display controllers. */
function graphicsMakers(): string[] {
  const devices = '/sys/bus/pci/devices';
  const read = (device: string, file: string) => readFileSync(join(devices, device, file), 'utf8').trim();
  try {
    const displays = readdirSync(devices).filter((device) => read(device, 'class').startsWith('0x03'));
    return displays.map((device) => read(device, 'vendor'));
  } catch {
    return [];
  }
}

/** The kernel's driver is there, but not for this user: Mesa then offers its software renderer alone. */
function isLockedOut(): boolean {
  try {
    const nodes = readdirSync('/dev/dri').filter((name) => name.startsWith('renderD'));
    return nodes.length > 0 && !nodes.some((name) => isUsable(join('/dev/dri', name)));
  } catch {
    return false;
  }
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
