import { samplerLaws } from '#testing';
import { test } from 'vitest';
import { cmaEs } from './cma-es.ts';

for (const law of samplerLaws(() => cmaEs())) test(law.name, law.check);
