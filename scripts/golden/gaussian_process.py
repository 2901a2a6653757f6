"""Posterior, log marginal likelihood and its gradient of Gaussian processes with a Matern-3/2 kernel.
Run: python3 scripts/golden/gaussian_process.py > src/models/gaussian-process.golden.json     (scikit-learn 1.2.1, NumPy 1.24.2)
theta = ln length scales, ln signal variance, ln noise variance.
"""
import json

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

cases = []
for n, d, seed in [(1, 1, 0), (7, 2, 1), (25, 4, 2)]:
    rng = np.random.default_rng(seed)
    X = rng.random((n, d)).round(6)
    y = (np.sin(5 * X[:, 0]) + X.sum(1) ** 2 + 0.1 * rng.standard_normal(n)).round(6)
    length, signal, noise = np.exp(rng.normal(-0.7, 0.4, d)), 1.7, 0.02
    kernel = ConstantKernel(signal) * Matern(length, nu=1.5) + WhiteKernel(noise)
    gp = GaussianProcessRegressor(kernel, optimizer=None, alpha=0).fit(X, y)
    # sklearn orders its log parameters: constant, length scales, noise
    lml, gradient = gp.log_marginal_likelihood(gp.kernel_.theta, eval_gradient=True)
    order = [*range(1, d + 1), 0, d + 1]
    Z = rng.random((5, d)).round(6)
    mean, sd = gp.predict(Z, return_std=True)
    cases.append(dict(X=X.tolist(), y=y.tolist(), theta=gp.kernel_.theta[order].tolist(), logMarginalLikelihood=lml,
                      gradient=np.asarray(gradient)[order].tolist(), Z=Z.tolist(), mean=mean.tolist(),
                      variance=(sd ** 2 - noise).tolist()))
print(json.dumps(cases))
