/**
 * The same linear map on every plane, one matrix for each axis: Y = R X Cᵀ. What resampling with fixed weights is made of.
 *   X [B, C, H, W]   R [oH, H]   C [oW, W]   Y [B, C, oH, oW]     dX = Rᵀ dY C, by the gradient of the products
 */
import { constant } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { matmul } from './matmul.ts';

type Matrix = readonly (readonly number[])[];

/** @internal Matrices by rows. */
export const mapPlanes = (x: Tensor, rows: Matrix, columns: Matrix): Tensor =>
  matmul(matrix(rows), matmul(x, matrix(transposed(columns))));

const matrix = (rows: Matrix): Tensor => constant(rows.flat(), [rows.length, rows[0]?.length ?? 0]);

const transposed = (rows: Matrix): number[][] => (rows[0] ?? []).map((_, k) => rows.map((row) => row[k] ?? 0));
