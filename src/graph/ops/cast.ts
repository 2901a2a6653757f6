/** Converts the type. The gradient passes between floats only, and float32 is the only one yet: none. */
import { node } from '../tensor.ts';
import type { DType, Tensor } from '../tensor.ts';

/** TensorProto.DataType */
const code: Record<DType, number> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

export const cast = (x: Tensor, dtype: DType): Tensor =>
  x.dtype === dtype ? x : node('Cast', [x], { attributes: { to: code[dtype] }, dtype });
