#!/usr/bin/env node
/**
 * The `attune` command: built to dist/cli.js. Parses, runs one command, turns what went wrong into one sentence and an exit code:
 * 0 done, 1 no trial completed or the run failed, 2 bad usage or bad file, 130 interrupted.
 */
import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { describeFailure, EXIT, oneLine } from './failure.ts';
import type { ExitCode } from './failure.ts';
import { onClosedOutput, writeError } from './output.ts';
import { buildProgram } from './program.ts';

/** Commander's message as one of our sentences: `unknown option '--trails'. Did you mean --trials? Run "attune run --help".` */
function usageSentence(error: CommanderError, command: Command): string {
  const [what = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = hint.replace(/^\((.*)\)$/, ' $1');
  const path = [command.parent?.parent?.name(), command.parent?.name(), command.name()].filter(Boolean).join(' ');
  return oneLine(`${what.replace(/\.?$/, '.')}${suggestion} Run "${path} --help" for help.`);
}

/** Applies one setting to a command and everything below it. */
function everywhere(command: Command, apply: (command: Command) => void): void {
  apply(command);
  for (const child of command.commands) everywhere(child, apply);
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  let current: Command | undefined;
  const program = buildProgram((result) => (code = result));
  everywhere(program, (command) => {
    command.exitOverride((error) => {
      current ??= command;
      throw error;
    });
    command.configureOutput({ outputError: () => undefined });
  });
  if (argv.length === 0) {
    program.outputHelp();
    return EXIT.done;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      const asked = ['commander.helpDisplayed', 'commander.version', 'commander.help'].includes(error.code);
      if (asked && error.exitCode === 0) return EXIT.done;
      // `attune data` without a subcommand prints its help to stderr: that is the message.
      if (!asked) writeError(usageSentence(error, current ?? program));
      return EXIT.usage;
    }
    const { message, code: failure } = describeFailure(error);
    writeError(message);
    return failure;
  }
}

// A closed pipe (`attune show x | head`) ends the command quietly.
onClosedOutput(() => process.exit(EXIT.done));
const code = await main(process.argv.slice(2));
// Leaves at once: native threads and idle children must not keep a finished command alive. The callback waits for buffered output.
process.stdout.write('', () => process.exit(code));
