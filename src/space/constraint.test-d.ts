import { expectTypeOf, test } from 'vitest';
import { branch, choice, float, int, linear, predicate, space } from '#space';

test('a predicate gets the parameters of the space it stands in', () => {
  space(
    { layers: int(1, 4), size: choice([32, 64]), optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: {} }) },
    {
      constraints: [
        linear({ coefficients: { layers: 1 }, atMost: 3 }),
        predicate('small', (params) => {
          expectTypeOf(params).toEqualTypeOf<{
            layers: number;
            size: 32 | 64;
            optimizer: { kind: 'sgd'; momentum: number } | { kind: 'adam' };
          }>();
          // @ts-expect-error TS2339 -- momentum exists under sgd only
          void params.optimizer.momentum;
          return params.layers * params.size < 100;
        }),
      ],
    },
  );
});

test('a predicate for other parameters, or one that answers no boolean, does not compile', () => {
  // @ts-expect-error TS2322 -- there is no parameter "units"
  space({ layers: int(1, 4) }, { constraints: [predicate('other', (p: { units: number }) => p.units > 1)] });
  // @ts-expect-error TS2322 -- a number is no answer
  space({ layers: int(1, 4) }, { constraints: [predicate('number', (p) => p.layers)] });
});
