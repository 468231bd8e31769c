"""Solvers of deepinv and azula by name, each (problem, seed, steps, **options) -> x in [0, 1], [1, C, H, W]."""

from dataclasses import dataclass

import deepinv
import numpy
import torch
from azula.guidance.diffpir import DiffPIRDenoiser
from azula.guidance.dps import DPSSampler
from azula.guidance.mmps import MMPSDenoiser
from azula.guidance.pgdm import PGDMSampler
from azula.linalg.covariance import IsotropicCovariance
from azula.sample import DDPMSampler
from deepinv.sampling.sde_solver import AncestralSolver, DDPMSolver

from same_prior import ForAzula, ForDeepinv


@dataclass
class Problem:
    y: torch.Tensor
    physics: deepinv.physics.LinearPhysics
    prior: torch.nn.Module
    shape: tuple

    @property
    def sigma(self):
        return float(self.physics.noise_model.sigma)


# deepinv: measurement and denoiser in [0, 1]. `start` is the time at which the reverse diffusion begins (1: σ = 152 on
# [-1, 1], which is the library's default; 0.54: σ = 5, up to which this prior is to be trusted).


def timesteps(steps, start):
    return torch.linspace(start, 0, steps + 1, dtype=torch.float64)


def deepinv_dps(problem, seed, steps, weight=1.0, guidance="norm", alpha=1.0, start=1.0):
    kind = DDPMSolver if alpha == 1 else AncestralSolver
    solver = kind(timesteps=timesteps(steps, start), rng=torch.Generator())
    model = deepinv.sampling.DPS(
        ForDeepinv(problem.prior), solver=solver, alpha=alpha, weight=weight, guidance=guidance
    )
    return model(problem.y, problem.physics, x_init=(1, *problem.shape), seed=seed)


def posterior_diffusion(problem, seed, steps, fidelity, start):
    model = deepinv.sampling.PosteriorDiffusion(
        data_fidelity=fidelity,
        denoiser=ForDeepinv(problem.prior),
        sde=deepinv.sampling.VariancePreservingDiffusion(alpha=1.0),
        solver=DDPMSolver(timesteps=timesteps(steps, start), rng=torch.Generator()),
    )
    return model(problem.y, problem.physics, x_init=(1, *problem.shape), seed=seed)


def deepinv_pigdm(problem, seed, steps, start=1.0):
    fidelity = deepinv.sampling.PiGDMDataFidelity(ForDeepinv(problem.prior), cg_max_iter=10)
    return posterior_diffusion(problem, seed, steps, fidelity, start)


def deepinv_mmps(problem, seed, steps, iterations=3, start=1.0):
    fidelity = deepinv.sampling.MomentMatchingDataFidelity(ForDeepinv(problem.prior), cg_max_iter=iterations)
    return posterior_diffusion(problem, seed, steps, fidelity, start)


def deepinv_diffpir(problem, seed, steps, lambda_=7.0, zeta=0.1):
    torch.manual_seed(seed)
    fidelity = deepinv.optim.data_fidelity.L2()
    model = deepinv.sampling.DiffPIR(
        ForDeepinv(problem.prior), fidelity, sigma=problem.sigma, max_iter=steps, zeta=zeta, lambda_=lambda_
    )
    return model(problem.y, problem.physics)


def deepinv_ddrm(problem, seed, steps, eta=0.85, etab=1.0, first=1.0, last=None):
    """Levels fall linearly from `first` to 0, as in the library's examples; in constant ratio where there is a `last`."""
    torch.manual_seed(seed)
    sigmas = numpy.linspace(first, 0, steps) if last is None else numpy.geomspace(first, last, steps)
    return deepinv.sampling.DDRM(ForDeepinv(problem.prior), sigmas=sigmas, eta=eta, etab=etab)(problem.y, problem.physics)


# azula: everything on [-1, 1]. A is linear, so 2x - 1 is measured as 2y - A(1), with twice the noise.


def on_signed_range(problem):
    y = 2 * problem.y - problem.physics.A(torch.ones(1, *problem.shape))
    return ForAzula(problem.prior), y, problem.physics.A, (2 * problem.sigma) ** 2


def run_azula(sampler, problem, seed):
    torch.manual_seed(seed)
    return sampler(sampler.init((1, *problem.shape))) / 2 + 0.5


def azula_dps(problem, seed, steps, zeta=1.0, start=1.0):
    denoiser, y, A, _ = on_signed_range(problem)
    return run_azula(DPSSampler(denoiser, y, A, zeta=zeta, steps=steps, start=start, silent=True), problem, seed)


def azula_pigdm(problem, seed, steps, eta=0.0, start=1.0):
    denoiser, y, A, _ = on_signed_range(problem)
    inverse = problem.physics.A_dagger
    sampler = PGDMSampler(denoiser, y, A, inverse, eta=eta, steps=steps, start=start, silent=True)
    return run_azula(sampler, problem, seed)


def azula_mmps(problem, seed, steps, iterations=1, start=1.0):
    denoiser, y, A, variance = on_signed_range(problem)
    guided = MMPSDenoiser(denoiser, y, A, IsotropicCovariance(variance), iterations=iterations)
    return run_azula(DDPMSampler(guided, steps=steps, start=start, silent=True), problem, seed)


def azula_diffpir(problem, seed, steps, lmbda=10.0, iterations=1, start=1.0):
    denoiser, y, A, variance = on_signed_range(problem)
    guided = DiffPIRDenoiser(denoiser, y, A, variance, lmbda=lmbda, iterations=iterations)
    return run_azula(DDPMSampler(guided, steps=steps, start=start, silent=True), problem, seed)


THEIRS = {
    ("deepinv", "dps"): deepinv_dps,
    ("deepinv", "pigdm"): deepinv_pigdm,
    ("deepinv", "mmps"): deepinv_mmps,
    ("deepinv", "diffpir"): deepinv_diffpir,
    ("deepinv", "ddrm"): deepinv_ddrm,
    ("azula", "dps"): azula_dps,
    ("azula", "pigdm"): azula_pigdm,
    ("azula", "mmps"): azula_mmps,
    ("azula", "diffpir"): azula_diffpir,
}
