/** The path of a parameter, which a narrow column breaks behind its dots. */
import { Fragment } from 'react';

export function Path({ of }: { readonly of: string }) {
  return of.split('.').map((part, i) => (
    <Fragment key={i}>
      {i > 0 && (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}
