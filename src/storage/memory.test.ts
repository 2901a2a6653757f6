import { test } from 'vitest';
import { storageLaws } from '#testing';
import { memory } from './memory.ts';

for (const law of storageLaws({ open: () => Promise.resolve(memory()) })) test(`memory: ${law.name}`, law.check);
