export type { Executor, Exit, Handle, Job } from './executor.ts';
export { childProcess, type ChildProcessOptions } from './child-process.ts';
export { endWithParent, parentChannel, type Parent } from './parent.ts';
export { environmentOf, signalGroup } from './process-group.ts';
export { shellCommand, type ShellCommandOptions } from './shell-command.ts';
