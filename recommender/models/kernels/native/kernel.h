/* What the compiled kernels share: Python's buffers, and what this processor can do. */

#ifndef MATINEE_KERNEL_H
#define MATINEE_KERNEL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define MATINEE_X86 1
#include <immintrin.h>
#endif

/* From the narrowest up; every one gives the same numbers. */
enum instructions { GENERIC = 0, AVX2 = 1, AVX512 = 2, VNNI = 3 };

static inline enum instructions there_are(void)
{
#ifdef MATINEE_X86
    __builtin_cpu_init();
    int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    if (wide && __builtin_cpu_supports("avx512vnni"))
        return VNNI;
    if (wide)
        return AVX512;
    if (__builtin_cpu_supports("avx2"))
        return AVX2;
#endif
    return GENERIC;
}

/* What there is, or less if MATINEE_KERNELS says so. Looked up at each call, which takes nanoseconds beside what follows. */
static inline enum instructions chosen_instructions(void)
{
    static const char *const names[] = {"generic", "avx2", "avx512", "vnni"};
    enum instructions there = there_are();
    const char *wanted = getenv("MATINEE_KERNELS");
    for (int at = 0; wanted && at <= (int)there; at++)
        if (strcmp(wanted, names[at]) == 0)
            return (enum instructions)at;
    return there;
}

/* The same for Python; every kernel has it among its methods. */
static PyObject *instructions(PyObject *self, PyObject *none)
{
    (void)self;
    (void)none;
    return PyLong_FromLong(chosen_instructions());
}

#endif
