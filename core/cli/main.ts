import { ConvolabError } from '../contract/errors.ts';
import { suggestion } from '../contract/nearest.ts';
import type { Engine } from '../engine/api.ts';
import { homeFolder } from '../engine/home.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { commandHelp, commandsOf, helpAsked, helpLast } from './help.ts';
import { Output } from './output.ts';
import { commands } from './registry.ts';

/** The `convolab` command. Exit codes: 0 done, 1 failed, 2 bad input. */
async function main(words: readonly string[]): Promise<number> {
  const output = new Output(words.includes('--json'));
  try {
    const help = helpAsked(words);
    if (help) {
      process.stdout.write(`${help.text}\n`);
      return help.code;
    }
    const { command, rest } = await findCommand(helpLast(words));
    return await execute(command, rest, output);
  } catch (thrown) {
    return output.failure(thrown);
  }
}

/** A command is one word or two. Throws `argument.invalid` with the nearest one. */
async function findCommand(words: readonly string[]): Promise<{ command: Command; rest: readonly string[] }> {
  for (const length of [2, 1]) {
    const found = commands[words.slice(0, length).join(' ')];
    if (found) return { command: await found.load(), rest: words.slice(length) };
  }
  const group = commandsOf(words[0] ?? '');
  const known = group.length > 0 ? group : Object.keys(commands);
  const given = words.slice(0, group.length > 0 ? 2 : 1).join(' ');
  throw new ConvolabError('argument.invalid', `There is no command "${given}"${suggestion(given, known)}.`, {
    subject: given,
    hint: `Known are: ${known.join(', ')}.`,
  });
}

async function execute(command: Command, words: readonly string[], output: Output): Promise<number> {
  const given = readArguments(words, command);
  if (given.on('help')) {
    process.stdout.write(`${commandHelp(command)}\n`);
    return 0;
  }
  const home = homeFolder(given.text('home'));
  let engine: Engine | null = null;
  try {
    return await command.run({
      arguments: given,
      output,
      home,
      async engine({ runJobs = false, following, threads } = {}) {
        const { createEngine } = await import('../engine/engine.ts');
        engine = await createEngine({
          home,
          runJobs,
          ...(following && { following }),
          ...(threads !== undefined && { threads }),
        });
        return engine;
      },
    });
  } finally {
    await (engine as Engine | null)?.close();
  }
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await main(process.argv.slice(2));
