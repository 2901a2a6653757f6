export { TuneError } from '#math';
