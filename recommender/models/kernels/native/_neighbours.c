#include "kernel.h"

static PyObject *instructions(PyObject *self, PyObject *none)
{
    (void)self;
    (void)none;
    return PyLong_FromLong(chosen_instructions());
}

static PyMethodDef methods[] = {
    {"instructions", instructions, METH_NOARGS, "What is made use of: 0 for nothing special, 1 AVX2, 2 AVX-512, 3 VNNI."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_neighbours", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__neighbours(void) { return PyModuleDef_Init(&module); }
