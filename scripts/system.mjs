import { spawnSync } from 'node:child_process';
import { findChromium } from './chromium.mjs';
import { step } from './processes.mjs';
import { onPath, SetupError, say } from './project.mjs';
import { findSoftwareVulkan, hasVulkanLoader } from './vulkan.mjs';

/**
 * What the project needs of the operating system. As root on Debian and its relatives it is installed; anywhere else
 * the message says what to install.
 * @typedef {{ what: string, present: () => boolean, debian: string[], elsewhere: Record<string, string>, optional?: boolean }} Requirement
 * What is optional is done without where it cannot be had.
 */

/** @type {Requirement} */
const compiler = {
  what: 'A C++ compiler, make and Python (to build the native backend)',
  present: () =>
    process.platform === 'win32' ||
    (onPath('make') && onPath('python3') && ['g++', 'clang++', 'c++'].some(onPath)),
  debian: ['g++', 'make', 'python3'],
  elsewhere: {
    linux:
      'Install g++, make and python3 with your package manager, e.g. "sudo apt-get install g++ make python3".',
    darwin: 'Run "xcode-select --install".',
    win32: 'Install the Visual Studio Build Tools with "Desktop development with C++", and Python.',
  },
};

/** @type {Requirement} */
const browser = {
  what: 'Chromium (for the tests of the window)',
  present: () => findChromium() !== undefined,
  debian: ['chromium'],
  elsewhere: {
    linux: 'Install Chromium, e.g. "sudo apt-get install chromium", or set CONVOLAB_CHROMIUM to its path.',
    darwin: 'Install Google Chrome, or set CONVOLAB_CHROMIUM to a Chromium.',
    win32: 'Install Google Chrome, or set CONVOLAB_CHROMIUM to a Chromium.',
  },
};

/** @type {Requirement} */
const vulkan = {
  what: 'The Vulkan loader, or Chromium’s software GPU (for the tests of GPUs)',
  present: () => process.platform !== 'linux' || (hasVulkanLoader() && findSoftwareVulkan() !== undefined),
  debian: ['libvulkan1', 'chromium'],
  elsewhere: { linux: 'Those tests are skipped; on Debian, install libvulkan1 and chromium.' },
  optional: true,
};

/** @type {Requirement} */
const arm = {
  what: 'A compiler for 64-bit Arm and an emulator (for the tests of the NEON kernels)',
  present: () =>
    process.platform !== 'linux' ||
    process.arch !== 'x64' ||
    (onPath('aarch64-linux-gnu-g++') && onPath('qemu-aarch64')),
  debian: ['g++-aarch64-linux-gnu', 'qemu-user'],
  elsewhere: { linux: 'Those tests are skipped; on Debian, install g++-aarch64-linux-gnu and qemu-user.' },
  optional: true,
};

/** @type {Requirement} */
const clang = {
  what: 'Clang (for the test that the native backend builds with it)',
  present: () => process.platform === 'win32' || onPath('clang++'),
  debian: ['clang'],
  elsewhere: {
    linux: 'That test is skipped; install clang for it.',
    darwin: 'That test is skipped; run "xcode-select --install" for it.',
  },
  optional: true,
};

const python = process.env.CONVOLAB_PYTHON ?? '/usr/bin/python3';
const findTorch = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)';

/** @type {Requirement} */
const pytorch = {
  what: 'PyTorch (for the tests that compare whole networks with it)',
  present: () => spawnSync(python, ['-c', findTorch]).status === 0,
  debian: ['python3-torch', 'libopenblas0-pthread'],
  elsewhere: {
    linux:
      'Those tests are skipped; install PyTorch for them, on Debian "sudo apt-get install python3-torch".',
    darwin: 'Those tests are skipped; run "pip3 install torch" for them.',
    win32: 'Those tests are skipped; run "pip install torch" for them.',
  },
  optional: true,
};

export const ensureCompiler = () => ensure([compiler]);
export const ensureTestTools = () => ensure([browser, vulkan, arm, clang, pytorch]);

/** Whether what is missing can be installed on this machine without asking anybody. */
export const canInstall = () => process.getuid?.() === 0 && onPath('apt-get');

/** @param {Requirement[]} requirements */
function ensure(requirements) {
  const missing = requirements.filter((requirement) => !requirement.present());
  if (missing.length === 0) return;
  if (canInstall()) installEach(missing);
  const left = missing.filter((requirement) => !requirement.present());
  const line = ({ what, elsewhere }) => `${what} is missing. ${elsewhere[process.platform] ?? ''}`;
  for (const requirement of left.filter(({ optional }) => optional)) say(line(requirement));
  const needed = left.filter(({ optional }) => !optional);
  if (needed.length > 0) throw new SetupError(needed.map(line).join('\n'));
}

/** What is optional by itself, so that its failure takes nothing else with it. */
function installEach(requirements) {
  const needed = requirements.filter(({ optional }) => !optional).flatMap(({ debian }) => debian);
  if (needed.length > 0) install(needed);
  for (const { debian, optional } of requirements) {
    if (!optional) continue;
    try {
      install(debian);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
    }
  }
}

/** @param {string[]} packages */
function install(packages) {
  say(`Installing ${packages.join(', ')} with apt-get ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const args = ['install', '-y', '--no-install-recommends', ...packages];
  // The lists on this machine may do; if not, they are fetched and it is tried once more.
  if (spawnSync('apt-get', args, { env, stdio: 'ignore' }).status === 0) return;
  step('apt-get update', 'apt-get', ['update'], { env });
  step(`apt-get install ${packages.join(' ')}`, 'apt-get', args, { env });
}
