/** The end of a stream of text: keeps at least the last `limitBytes` bytes and never more than twice that. */
export interface Tail {
  push(chunk: Buffer): void;
  text(): string;
}

export function createTail(limitBytes: number): Tail {
  let chunks: Buffer[] = [];
  let sizeBytes = 0;
  return {
    push(chunk) {
      chunks.push(chunk.length > limitBytes ? chunk.subarray(chunk.length - limitBytes) : chunk);
      sizeBytes += Math.min(chunk.length, limitBytes);
      if (sizeBytes > 2 * limitBytes) {
        const all = Buffer.concat(chunks);
        chunks = [all.subarray(all.length - limitBytes)];
        sizeBytes = limitBytes;
      }
    },
    text() {
      const all = Buffer.concat(chunks);
      let start = Math.max(0, all.length - limitBytes);
      // A cut inside a UTF-8 character would print as U+FFFD: skip its continuation bytes (10xxxxxx).
      while (start > 0 && start < all.length && ((all[start] ?? 0) & 0xc0) === 0x80) start++;
      return all.subarray(start).toString('utf8');
    },
  };
}
