/** The table of trials. */
import type { ViewProps } from '../contract.ts';

export default function Trials({ shown }: ViewProps) {
  return <p>{shown.length} trials</p>;
}
