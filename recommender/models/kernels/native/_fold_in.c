/* One person's list from the mapped ratings: the compiled twin of `plain`, called by `fold_in`.

Every function gives the bits of its twin, in whatever order it adds: dot products are whole numbers, a similarity is rounded to a
multiple of 2^-36, and sums of such multiples times half stars are held exactly by a double. What is found faster by float32 is only left
out by it, with room to spare; whatever counts is worked out as the twin does. What comes from a file is checked where it is used, so that
a broken file is a ValueError and no read or write outside an array. */

#include "kernel.h"
#include <math.h>

#define ONE ((double)((int64_t)1 << 36)) /* 2^SIMILARITY_BITS */
#define NARROWER 0.995f      /* allows for what a likeness may be wrong by either way, 0.002 of itself */
#define SOME 1e-30f          /* less than the likeness of anybody with whom something is in common */
#define CHUNK 512            /* positions checked before they are used */
#define GROUP 32             /* rows, or columns, of which the best is looked at first */
#define FEW 16               /* films that are searched for in a row, and not the row read for them */
#define AHEAD 128            /* raters whose sums are asked for before they are added to */
#define FURTHER 512          /* people whose sums are asked for before they are compared: further than the processor does by itself */
#define COLUMNS_AT_ONCE 4096 /* whose sums stay in the nearest caches while every neighbour votes */
#define MOST_STARS 16        /* what half stars are below */
#define BINS 1024            /* of likeness, below the highest */
#define BIN_BITS 17          /* of the bits of a float32 that a bin does not tell apart */
#define SAMPLE 1024          /* rows that tell how alike the likest few in a hundred are */
#define SAMPLED 64           /* of these the likest */
#define BLOCK 65536          /* people whose rows two bytes tell apart: rows are counted from the first of their block */

#if defined(__GNUC__) || defined(__clang__)
#define INLINE static inline __attribute__((always_inline))
#define PREFETCH(at) __builtin_prefetch(at)
#else
#define INLINE static inline
#define PREFETCH(at) ((void)(at))
#endif

/* ---- Python's buffers ---- */

struct array {
    Py_buffer view;
    int64_t n;
    int size; /* of an item */
};

static int is_of_kind(const Py_buffer *view, char kind)
{
    const char *format = view->format ? view->format : "B";
    if (!format[0] || format[1])
        return 0;
    const char *letters = kind == 'u' ? "BHILQ" : kind == 'i' ? "bhilq" : kind == 'f' ? "fd" : "?";
    return strchr(letters, format[0]) != NULL;
}

/* Whether the object is an array of one of the kinds, such as "u2 i4": u for whole numbers from 0, i for whole numbers, f, ?; and bytes. */
static int taken(PyObject *object, struct array *array, const char *name, const char *kinds, int writable)
{
    if (PyObject_GetBuffer(object, &array->view, PyBUF_FORMAT | PyBUF_ND | (writable ? PyBUF_WRITABLE : 0)) < 0) {
        PyErr_Clear();
        array->view.obj = NULL;
        PyErr_Format(PyExc_ValueError, "%s must be a contiguous%s array of %s, not %.100R.", name, writable ? " writable" : "", kinds,
                     Py_TYPE(object));
        return 0;
    }
    for (const char *kind = kinds; *kind; kind += kind[2] ? 3 : 2)
        if (is_of_kind(&array->view, kind[0]) && array->view.itemsize == kind[1] - '0') {
            array->size = (int)array->view.itemsize;
            array->n = array->view.len / array->view.itemsize;
            return 1;
        }
    PyErr_Format(PyExc_ValueError, "%s must be a contiguous%s array of %s, not of format %s with %zd bytes an item.", name,
                 writable ? " writable" : "", kinds, array->view.format ? array->view.format : "B", array->view.itemsize);
    return 0;
}

struct wanted {
    const char *name, *kinds;
    int writable;
};

/* All the arrays of a call, or none; `objects` beside `wanted`. */
static int all_taken(PyObject *const *objects, struct array *arrays, const struct wanted *wanted, int n)
{
    for (int at = 0; at < n; at++)
        arrays[at].view.obj = NULL;
    for (int at = 0; at < n; at++)
        if (!taken(objects[at], &arrays[at], wanted[at].name, wanted[at].kinds, wanted[at].writable)) {
            for (int taken_before = 0; taken_before <= at; taken_before++)
                if (arrays[taken_before].view.obj)
                    PyBuffer_Release(&arrays[taken_before].view);
            return 0;
        }
    return 1;
}

static void release(struct array *arrays, int n)
{
    for (int at = 0; at < n; at++)
        PyBuffer_Release(&arrays[at].view);
}

static int is_called_with(Py_ssize_t given, Py_ssize_t expected, const char *name)
{
    if (given != expected)
        PyErr_Format(PyExc_TypeError, "%s takes %zd values, not %zd.", name, expected, given);
    return given == expected;
}

static int whole(PyObject *object, int64_t *number)
{
    *number = PyLong_AsLongLong(object);
    return !(*number == -1 && PyErr_Occurred());
}

INLINE int64_t position(const struct array *array, int64_t at)
{
    switch (array->size) {
    case 2:
        return ((const uint16_t *)array->view.buf)[at];
    case 4:
        return ((const int32_t *)array->view.buf)[at];
    default:
        return ((const int64_t *)array->view.buf)[at];
    }
}

/* What went wrong while nobody held the interpreter's lock. */
enum trouble { NONE = 0, NO_MEMORY, BAD_SPAN, BAD_SPLIT, BAD_ROW, BAD_COLUMN, BAD_ORDER, BAD_STARS };

static PyObject *raised(enum trouble trouble)
{
    switch (trouble) {
    case NO_MEMORY:
        return PyErr_NoMemory();
    case BAD_SPAN:
        PyErr_SetString(PyExc_ValueError, "The starts must ascend and end within the ratings; they do not.");
        break;
    case BAD_SPLIT:
        PyErr_SetString(PyExc_ValueError, "The splits of a film's raters must ascend within them, as many for every film; they do not.");
        break;
    case BAD_ROW:
        PyErr_SetString(PyExc_ValueError, "Every row must be one of the people there are; there is one outside.");
        break;
    case BAD_COLUMN:
        PyErr_SetString(PyExc_ValueError, "Every column must be one of the films there are; there is one outside.");
        break;
    case BAD_ORDER:
        PyErr_SetString(PyExc_ValueError, "The columns of a history must ascend, each once; they do not.");
        break;
    case BAD_STARS:
        PyErr_SetString(PyExc_ValueError, "A history must have as many half stars as columns.");
        break;
    case NONE:
        break;
    }
    return NULL;
}

/* Where the entries of one row or column begin and end. */
INLINE int is_span(const struct array *starts, int64_t at, int64_t n_entries, int64_t *first, int64_t *end)
{
    const int64_t *all = (const int64_t *)starts->view.buf;
    *first = all[at];
    *end = all[at + 1];
    return 0 <= *first && *first <= *end && *end <= n_entries;
}

/* ---- dot products: films added, changed, taken back ---- */

struct by_column {
    const struct array *starts, *rows, *half_stars, *splits;
    int64_t n_splits; /* of each column: where in it the rows of the second block of people begin, of the third and so on */
};

/* The films of arrays that stand one after the other, and what is wrong with their lengths. */
static enum trouble by_column_of(const struct array *arrays, struct by_column *films)
{
    int64_t n_films = arrays[0].n - 1;
    *films = (struct by_column){&arrays[0], &arrays[1], &arrays[2], &arrays[3], n_films > 0 ? arrays[3].n / n_films : 0};
    if (n_films < 0 || arrays[1].n != arrays[2].n)
        return BAD_SPAN;
    return arrays[3].n == films->n_splits * n_films ? NONE : BAD_SPLIT;
}

/* A film, where its raters stand and what the person gives it more than before. */
struct film {
    int64_t column, first, end;
    int32_t times;
};

/* Where those of a film's raters stand who are of one block of people, and the first row of it. */
struct segment {
    int64_t first, end, base;
};

/* Whether the splits are in order there; those of all of a film's blocks together are all of its raters. */
INLINE int is_segment(const struct by_column *films, const struct film *film, int64_t block, struct segment *found)
{
    const int32_t *splits = (const int32_t *)films->splits->view.buf + film->column * films->n_splits;
    found->first = block ? film->first + splits[block - 1] : film->first;
    found->end = block < films->n_splits ? film->first + splits[block] : film->end;
    found->base = block * BLOCK;
    return film->first <= found->first && found->first <= found->end && found->end <= film->end;
}

/* Adds raters times what the person gives the film; whether every row was inside. far: the sums are not near the processor yet, and are asked
for ahead; where they are, asking costs more than it saves. */
INLINE int added(int32_t *sums, uint32_t n_rows, const void *rows, const uint8_t *half, int64_t n, int32_t times, int size, int far)
{
    const uint16_t *narrow = rows;
    const uint32_t *wide = rows;
    int64_t at = 0, n_ahead = far ? n - AHEAD : 0;
    for (; at < n; at++) {
        uint32_t row = size == 2 ? narrow[at] : wide[at];
        if (row >= n_rows)
            break;
        if (far && at < n_ahead)
            PREFETCH((const char *)((uintptr_t)sums + (size == 2 ? narrow[at + AHEAD] : wide[at + AHEAD]) * sizeof *sums));
        sums[row] += times * half[at];
    }
    return at == n;
}

/* The blocks of people from one to another. */
struct blocks {
    int64_t first, end;
};

static enum trouble film_added(const struct array *sums, const struct by_column *films, const struct film *film, struct blocks blocks, int far)
{
    struct segment some;
    for (int64_t block = blocks.first; block < blocks.end; block++) {
        if (!is_segment(films, film, block, &some))
            return BAD_SPLIT;
        if (some.first == some.end)
            continue;
        if (some.base >= sums->n)
            return BAD_ROW;
        int32_t *from = (int32_t *)sums->view.buf + some.base;
        const void *rows = (const char *)films->rows->view.buf + some.first * films->rows->size;
        const uint8_t *half = (const uint8_t *)films->half_stars->view.buf + some.first;
        uint32_t n_rows = (uint32_t)(sums->n - some.base);
        int64_t n = some.end - some.first;
        if (!(films->rows->size == 2 ? far ? added(from, n_rows, rows, half, n, film->times, 2, 1)
                                           : added(from, n_rows, rows, half, n, film->times, 2, 0)
                                     : added(from, n_rows, rows, half, n, film->times, 4, far)))
            return BAD_ROW;
    }
    return NONE;
}

struct by_row {
    const struct array *starts, *columns, *half_stars;
};

struct history {
    const struct array *columns, *half_stars;
};

static enum trouble checked(const struct history *history, const struct by_column *films)
{
    int64_t before = -1, n_films = films->starts->n - 1;
    if (history->columns->n != history->half_stars->n)
        return BAD_STARS;
    for (int64_t at = 0; at < history->columns->n; at++) {
        int64_t column = position(history->columns, at);
        if (column < 0 || column >= n_films)
            return BAD_COLUMN;
        if (column <= before)
            return BAD_ORDER;
        before = column;
    }
    return NONE;
}

/* What takes the one history to the other, walking both at once; there is room for as many films as both have. Where its raters stand is
looked up of no other film. */
static enum trouble difference(const struct by_column *films, const struct history *before, const struct history *now, struct film *found,
                               int64_t *n_found, int64_t *n_raters)
{
    int64_t old = 0, new = 0, n = 0, n_old = before->columns->n, n_new = now->columns->n;
    const uint8_t *stars_before = (const uint8_t *)before->half_stars->view.buf, *stars_now = (const uint8_t *)now->half_stars->view.buf;
    *n_raters = 0;
    while (old < n_old || new < n_new) {
        int64_t a = old < n_old ? position(before->columns, old) : INT64_MAX, b = new < n_new ? position(now->columns, new) : INT64_MAX;
        int32_t times = 0;
        if (a <= b)
            times -= stars_before[old++];
        if (b <= a)
            times += stars_now[new++];
        if (!times)
            continue;
        struct film *film = &found[n++];
        film->column = a < b ? a : b;
        film->times = times;
        if (!is_span(films->starts, film->column, films->rows->n, &film->first, &film->end))
            return BAD_SPAN;
        *n_raters += film->end - film->first;
    }
    *n_found = n;
    return NONE;
}

static enum trouble brought(struct array *sums, const struct by_column *films, const struct history *before, const struct history *now,
                            struct blocks blocks, int64_t *done)
{
    static const struct array empty = {.n = 0, .size = 4};
    static const struct history nothing = {&empty, &empty};
    enum trouble trouble = checked(before, films);
    if (!trouble)
        trouble = checked(now, films);
    if (trouble)
        return trouble;
    int64_t most = before->columns->n + now->columns->n, n, anew;
    struct film *changes = PyMem_RawMalloc((size_t)(most ? most : 1) * sizeof(struct film));
    if (!changes)
        return NO_MEMORY;
    trouble = difference(films, before, now, changes, &n, done);
    if (!trouble && before->columns->n && *done > sums->n / 8) { /* to set a sum to 0 is cheaper than to add to it */
        int64_t by_difference = *done;
        trouble = difference(films, &nothing, now, changes, &n, &anew);
        if (!trouble && by_difference > anew + sums->n / 8) {
            int64_t first = blocks.first * BLOCK, end = blocks.end > films->n_splits ? sums->n : blocks.end * BLOCK;
            if (first < end && end <= sums->n)
                memset((int32_t *)sums->view.buf + first, 0, (size_t)(end - first) * sizeof(int32_t));
            *done = anew;
        } else if (!trouble)
            trouble = difference(films, before, now, changes, &n, done);
    }
    for (int64_t at = 0; at < n && !trouble; at++)
        trouble = film_added(sums, films, &changes[at], blocks, at == 0); /* which brings them near for the others */
    PyMem_RawFree(changes);
    return trouble;
}

static PyObject *bring(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {
        {"sums", "i4", 1},       {"column_starts", "i8", 0},  {"rows", "u2 i4", 0},            {"column_half_stars", "u1", 0},
        {"row_splits", "i4", 0}, {"before", "u2 i4 i8", 0},   {"half stars before", "u1", 0},  {"columns", "u2 i4 i8", 0},
        {"half_stars", "u1", 0},
    };
    struct array arrays[9];
    struct blocks blocks;
    (void)self;
    if (!is_called_with(n, 11, "bring") || !whole(objects[9], &blocks.first) || !whole(objects[10], &blocks.end) ||
        !all_taken(objects, arrays, wanted, 9))
        return NULL;
    struct by_column films;
    struct history before = {&arrays[5], &arrays[6]}, now = {&arrays[7], &arrays[8]};
    enum trouble trouble = by_column_of(arrays + 1, &films);
    int64_t done = 0;
    int is_there = 0 <= blocks.first && blocks.first <= blocks.end && blocks.end <= films.n_splits + 1;
    if (!trouble && is_there) {
        Py_BEGIN_ALLOW_THREADS
        trouble = brought(&arrays[0], &films, &before, &now, blocks, &done);
        Py_END_ALLOW_THREADS
    }
    release(arrays, 9);
    if (trouble)
        return raised(trouble);
    return is_there ? PyLong_FromLongLong(done)
                    : PyErr_Format(PyExc_ValueError, "The blocks of people must be some of %lld, not those from %lld to %lld.",
                                   (long long)films.n_splits + 1, (long long)blocks.first, (long long)blocks.end);
}

/* ---- the best few of many: a heap with the worst of them on top ---- */

struct one {
    double value;
    int64_t place;
};

/* Lower, or as high and further down. */
INLINE int is_worse(struct one a, struct one b) { return a.value < b.value || (a.value == b.value && a.place > b.place); }

struct heap {
    struct one *all;
    int64_t n, k;
};

static void sunk(struct one *all, int64_t n, int64_t at)
{
    struct one one = all[at];
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_worse(all[child + 1], all[child]))
            child++;
        if (!is_worse(all[child], one))
            break;
        all[at] = all[child];
    }
    all[at] = one;
}

/* Puts one in if it is among the k best; places are given in ascending order. */
static void offered(struct heap *heap, struct one one)
{
    if (heap->n == heap->k) {
        if (!is_worse(heap->all[0], one))
            return;
        heap->all[0] = one;
        sunk(heap->all, heap->n, 0);
        return;
    }
    int64_t at = heap->n++;
    for (; at && is_worse(one, heap->all[(at - 1) / 2]); at = (at - 1) / 2)
        heap->all[at] = heap->all[(at - 1) / 2];
    heap->all[at] = one;
}

/* Best first. */
static void sorted(struct heap *heap)
{
    for (int64_t n = heap->n - 1; n > 0; n--) {
        struct one worst = heap->all[0];
        heap->all[0] = heap->all[n];
        heap->all[n] = worst;
        sunk(heap->all, n, 0);
    }
}

static int is_heap(struct heap *heap, int64_t k, int64_t n)
{
    heap->n = 0;
    heap->k = k < n ? k : n;
    heap->all = PyMem_RawMalloc((size_t)(heap->k ? heap->k : 1) * sizeof(struct one));
    return heap->all != NULL;
}

/* ---- scores of films, from sums that a double holds exactly ---- */

struct sums {
    double votes, weights;
};

INLINE void averages(const struct sums *sums, int64_t n, double centre, double damping, double *out)
{
    for (int64_t at = 0; at < n; at++) {
        double average = (centre + sums[at].votes / (sums[at].weights + damping)) / 2;
        out[at] = sums[at].weights > 0 ? average : (double)NAN;
    }
}

/* Whether one of a group of scores is above the bar; NaN never is. */
INLINE int is_above(const double *scores, double bar)
{
    int above = 0;
    for (int at = 0; at < GROUP; at++)
        above |= scores[at] > bar;
    return above;
}

/* Whether one of a group of films may have a score above (centre + bar) / 2, without dividing; a little less is let through too. */
INLINE int is_liked(const struct sums *sums, double damping, double bar)
{
    int liked = 0;
    for (int at = 0; at < GROUP; at++)
        liked |= (sums[at].weights > 0) & (sums[at].votes >= (bar - 1e-9) * (sums[at].weights + damping));
    return liked;
}

/* ---- similarities ---- */

INLINE double cosine(int32_t dot, int64_t squared, double own_squared)
{
    if (!dot)
        return 0.0;
    return rint((double)dot / sqrt((double)squared * own_squared) * ONE) * (1 / ONE);
}

/* How alike a row is, for comparing only: the square of the cosine times the own squared norm. The inverse of the row's squared norm is kept in
the upper half of a float32, so that half as much is read; that costs 2^-9 of it. */
INLINE float likeness(int32_t dot, uint16_t inverse)
{
    uint32_t bits = (uint32_t)inverse << 16;
    float times;
    memcpy(&times, &bits, sizeof times);
    return (float)dot * (float)dot * times;
}

/* What is exactly as high as the lowest in the heap, or higher, has at least this likeness. */
INLINE float least(const struct heap *heap, double own_squared)
{
    if (heap->n < heap->k)
        return SOME;
    return (float)(heap->all[0].value * heap->all[0].value * own_squared) * NARROWER;
}

/* The highest likeness of each group of rows, the last of which may be short. */
INLINE void likenesses(const int32_t *sums, const uint16_t *inverse, int64_t n, float *highest)
{
    int64_t from = 0;
    for (; from + GROUP <= n; from += GROUP) {
        int32_t best = 0, bits[GROUP]; /* floats of 0 and more are in the order of their bits, and whole numbers have a fast maximum */
        float alike[GROUP];
        for (int line = 0; line < GROUP / 16; line++)
            PREFETCH((const char *)((uintptr_t)(sums + from) + (FURTHER + 16 * line) * sizeof *sums));
        PREFETCH((const char *)((uintptr_t)(inverse + from) + FURTHER * sizeof *inverse));
        for (int at = 0; at < GROUP; at++)
            alike[at] = likeness(sums[from + at], inverse[from + at]);
        memcpy(bits, alike, sizeof bits);
        for (int at = 0; at < GROUP; at++)
            best = bits[at] > best ? bits[at] : best;
        memcpy(highest + from / GROUP, &best, sizeof best);
    }
    if (from < n)
        highest[from / GROUP] = 0;
    for (; from < n; from++) {
        float alike = likeness(sums[from], inverse[from]);
        highest[from / GROUP] = alike > highest[from / GROUP] ? alike : highest[from / GROUP];
    }
}

/* Whether one of a group of raters may be among the nearest; every row is inside. */
INLINE int is_near(const int32_t *rows, const int32_t *sums, const uint16_t *inverse, float bar)
{
    int near = 0;
    for (int at = 0; at < GROUP; at++)
        near |= likeness(sums[rows[at]], inverse[rows[at]]) >= bar;
    return near;
}
INLINE int is_near_short(const uint16_t *rows, const int32_t *sums, const uint16_t *inverse, float bar)
{
    int near = 0;
    for (int at = 0; at < GROUP; at++)
        near |= likeness(sums[rows[at]], inverse[rows[at]]) >= bar;
    return near;
}

/* The functions that wide instructions are worth it for, once for each kind of processor. */
struct ways {
    void (*likenesses)(const int32_t *, const uint16_t *, int64_t, float *);
    int (*is_near)(const int32_t *, const int32_t *, const uint16_t *, float);
    int (*is_near_short)(const uint16_t *, const int32_t *, const uint16_t *, float);
    void (*averages)(const struct sums *, int64_t, double, double, double *);
    int (*is_above)(const double *, double);
    int (*is_liked)(const struct sums *, double, double);
};

#define WAYS(name, target)                                                                                                               \
    target static void likenesses_##name(const int32_t *a, const uint16_t *b, int64_t c, float *d) { likenesses(a, b, c, d); }           \
    target static int is_near_##name(const int32_t *a, const int32_t *b, const uint16_t *c, float d) { return is_near(a, b, c, d); }     \
    target static int is_near_short_##name(const uint16_t *a, const int32_t *b, const uint16_t *c, float d)                              \
    {                                                                                                                                    \
        return is_near_short(a, b, c, d);                                                                                                \
    }                                                                                                                                    \
    target static void averages_##name(const struct sums *a, int64_t b, double c, double d, double *e) { averages(a, b, c, d, e); }      \
    target static int is_above_##name(const double *a, double b) { return is_above(a, b); }                                              \
    target static int is_liked_##name(const struct sums *a, double b, double c) { return is_liked(a, b, c); }                            \
    static const struct ways ways_##name = {likenesses_##name, is_near_##name, is_near_short_##name,                                     \
                                            averages_##name,   is_above_##name, is_liked_##name};

WAYS(generic, )
#ifdef MATINEE_X86
WAYS(avx2, __attribute__((target("avx2"))))
WAYS(avx512, __attribute__((target("avx512f,avx512bw,avx512vl"))))
#endif

static const struct ways *ways_here(void)
{
#ifdef MATINEE_X86
    enum instructions chosen = chosen_instructions();
    if (chosen >= AVX512)
        return &ways_avx512;
    if (chosen == AVX2)
        return &ways_avx2;
#endif
    return &ways_generic;
}

struct people {
    const struct array *sums, *squared, *inverse, *means;
    double own_squared;
    int64_t own_row;
};

INLINE float likeness_of(const struct people *people, int64_t row)
{
    return likeness(((const int32_t *)people->sums->view.buf)[row], ((const uint16_t *)people->inverse->view.buf)[row]);
}

/* Looks at one row, `place` of which the heap knows it by, and tells the likeness that the next must have. */
INLINE float asked(const struct people *people, int64_t row, int64_t place, float bar, struct heap *heap)
{
    double similarity = cosine(((const int32_t *)people->sums->view.buf)[row], position(people->squared, row), people->own_squared);
    if (similarity <= 0 || (heap->n == heap->k && similarity <= heap->all[0].value))
        return bar;
    offered(heap, (struct one){similarity, place});
    float now = least(heap, people->own_squared);
    return now > bar ? now : bar;
}

/* A likeness that at least k groups reach, and not many more; SOME where there are not so many. Floats of 0 and more are in the order of
their bits, so that bins of these are bins of likeness, each 1.6 % wide. */
static float reached(const float *highest, int64_t n_groups, int64_t k)
{
    int32_t counts[BINS] = {0}, best = 0, bits;
    for (int64_t group = 0; group < n_groups; group++) {
        memcpy(&bits, highest + group, sizeof bits);
        best = bits > best ? bits : best;
    }
    for (int64_t group = 0; group < n_groups; group++) {
        memcpy(&bits, highest + group, sizeof bits);
        int32_t below = (best >> BIN_BITS) - (bits >> BIN_BITS);
        if (below < BINS)
            counts[below]++;
    }
    int64_t found = 0;
    for (int32_t below = 0; below < BINS && best; below++)
        if ((found += counts[below]) >= k) {
            bits = ((best >> BIN_BITS) - below) << BIN_BITS;
            float edge;
            memcpy(&edge, &bits, sizeof edge);
            return edge * NARROWER > SOME ? edge * NARROWER : SOME;
        }
    return SOME;
}

/* The rows but the own with at least this likeness, ascending; NULL where there is no memory. */
static int64_t *collected(const struct people *people, const float *highest, float bar, int64_t *n_found)
{
    int64_t found = 0, most = 0, n = people->sums->n;
    for (int64_t group = 0; group * GROUP < n; group++)
        most += highest[group] >= bar ? GROUP : 0;
    int64_t *rows = PyMem_RawMalloc((size_t)(most + 1) * sizeof(int64_t));
    for (int64_t group = 0; rows && group * GROUP < n; group++) {
        if (highest[group] < bar)
            continue;
        for (int64_t row = group * GROUP; row < (group + 1) * GROUP && row < n; row++) {
            rows[found] = row;
            found += (likeness_of(people, row) >= bar) & (row != people->own_row);
        }
    }
    *n_found = found;
    return rows;
}

/* Sorts by similarity, highest first, and leaves the order of equals. Similarities are whole numbers of 2^-36, at most 1: four passes of ten
bits. other: room for as many. */
static void by_similarity(struct one *all, struct one *other, int64_t n)
{
    for (int pass = 0; pass < 4; pass++) {
        int64_t starts[1025] = {0};
        for (int64_t at = 0; at < n; at++)
            starts[1024 - (((int64_t)(all[at].value * ONE) >> 10 * pass) & 1023)]++;
        for (int digit = 1; digit < 1025; digit++)
            starts[digit] += starts[digit - 1];
        for (int64_t at = 0; at < n; at++)
            other[starts[1023 - (((int64_t)(all[at].value * ONE) >> 10 * pass) & 1023)]++] = all[at];
        struct one *swap = all;
        all = other;
        other = swap;
    }
}

/* The k nearest rows and their similarities; how many there are, or -1 where there is no memory. */
static int64_t nearest_found(const struct people *people, const struct ways *ways, int64_t k, int64_t *rows, double *similarities)
{
    int64_t n = people->sums->n, n_groups = (n + GROUP - 1) / GROUP, found = -1, n_candidates;
    float *highest = PyMem_RawMalloc((size_t)(n_groups + 1) * sizeof(float));
    struct one *all = NULL;
    int64_t *candidates;
    if (!highest)
        return -1;
    ways->likenesses((const int32_t *)people->sums->view.buf, (const uint16_t *)people->inverse->view.buf, n, highest);
    float bar = reached(highest, n_groups, k + (people->own_row >= 0)); /* the own row may be the highest of its group */
    candidates = collected(people, highest, bar, &n_candidates);
    if (candidates)
        all = PyMem_RawMalloc((size_t)(n_candidates + 1) * 2 * sizeof(struct one));
    if (all) {
        found = 0;
        for (int64_t at = 0; at < n_candidates; at++) {
            double similarity = cosine(((const int32_t *)people->sums->view.buf)[candidates[at]], position(people->squared, candidates[at]),
                                       people->own_squared);
            if (similarity > 0)
                all[found++] = (struct one){similarity, candidates[at]};
        }
        by_similarity(all, all + found, found);
        found = found < k ? found : k;
        for (int64_t at = 0; at < found; at++) {
            rows[at] = all[at].place;
            similarities[at] = all[at].value;
        }
    }
    PyMem_RawFree(all);
    PyMem_RawFree(candidates);
    PyMem_RawFree(highest);
    return found;
}

static PyObject *nearest(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {
        {"sums", "i4", 0}, {"squared", "i4 i8", 0}, {"inverse", "u2", 0}, {"rows", "i8", 1}, {"similarities", "f8", 1},
    };
    struct array arrays[5];
    int64_t own_squared, own_row, found = -1;
    (void)self;
    if (!is_called_with(n, 7, "nearest") || !whole(objects[5], &own_squared) || !whole(objects[6], &own_row) ||
        !all_taken(objects, arrays, wanted, 5))
        return NULL;
    if (arrays[1].n != arrays[0].n || arrays[2].n != arrays[0].n)
        PyErr_SetString(PyExc_ValueError, "sums, squared and inverse must be of the same people.");
    else if (arrays[3].n != arrays[4].n)
        PyErr_SetString(PyExc_ValueError, "rows and similarities must have room for as many.");
    else {
        struct people people = {&arrays[0], &arrays[1], &arrays[2], NULL, (double)own_squared, own_row};
        Py_BEGIN_ALLOW_THREADS
        found = nearest_found(&people, ways_here(), arrays[3].n, (int64_t *)arrays[3].view.buf, (double *)arrays[4].view.buf);
        Py_END_ALLOW_THREADS
        if (found < 0)
            PyErr_NoMemory();
    }
    release(arrays, 5);
    return found < 0 ? NULL : PyLong_FromLongLong(found);
}

/* ---- the nearest of one film's raters ---- */

/* The likest of a sample of all rows, likest first; how many were looked at. */
static int64_t sampled(const struct people *people, struct heap *sample)
{
    int64_t step = people->sums->n / SAMPLE + 1, looked_at = 0;
    sample->n = 0;
    for (int64_t row = 0; row < people->sums->n; row += step, looked_at++) {
        float alike = likeness_of(people, row);
        if (alike > 0 && (sample->n < sample->k || alike > sample->all[0].value))
            offered(sample, (struct one){alike, row});
    }
    sorted(sample);
    return looked_at;
}

/* Looks through a film's raters of one block of people, and tells the likeness that the next must have. */
static enum trouble segment_looked_through(const struct people *people, const struct ways *ways, const struct array *rows,
                                           const struct segment *some, float *bar_now, struct heap *heap)
{
    int64_t n_people = people->sums->n - some->base;
    if (n_people <= 0)
        return BAD_ROW;
    const int32_t *sums = (const int32_t *)people->sums->view.buf + some->base;
    const uint16_t *inverse = (const uint16_t *)people->inverse->view.buf + some->base;
    float bar = *bar_now;
    for (int64_t from = some->first; from < some->end; from += CHUNK) {
        int64_t upto = from + CHUNK < some->end ? from + CHUNK : some->end;
        int outside = 0;
        if (rows->size == 2) {
            const uint16_t *row = (const uint16_t *)rows->view.buf;
            for (int64_t at = from; at < upto; at++)
                outside |= row[at] >= n_people;
        } else {
            const uint32_t *row = (const uint32_t *)rows->view.buf;
            uint32_t limit = (uint32_t)n_people;
            for (int64_t at = from; at < upto; at++)
                outside |= row[at] >= limit;
        }
        if (outside)
            return BAD_ROW;
        for (int64_t group = from; group < upto; group += GROUP) {
            int64_t last = group + GROUP < upto ? group + GROUP : upto;
            if (last - group == GROUP &&
                !(rows->size == 2 ? ways->is_near_short((const uint16_t *)rows->view.buf + group, sums, inverse, bar)
                                  : ways->is_near((const int32_t *)rows->view.buf + group, sums, inverse, bar)))
                continue;
            for (int64_t at = group; at < last; at++) {
                int64_t row = position(rows, at);
                if (likeness(sums[row], inverse[row]) >= bar && row + some->base != people->own_row)
                    bar = asked(people, row + some->base, at, bar, heap);
            }
        }
    }
    *bar_now = bar;
    return NONE;
}

static enum trouble raters_looked_through(const struct people *people, const struct ways *ways, const struct by_column *films,
                                          const struct film *film, float bar, struct heap *heap)
{
    enum trouble trouble = NONE;
    struct segment some;
    for (int64_t block = 0; block <= films->n_splits && !trouble; block++)
        if (!is_segment(films, film, block, &some))
            trouble = BAD_SPLIT;
        else if (some.first < some.end)
            trouble = segment_looked_through(people, ways, films->rows, &some, &bar, heap);
    return trouble;
}

/* The row of one of a film's raters, who were looked through before. */
INLINE int64_t row_of(const struct by_column *films, const struct film *film, int64_t entry)
{
    const int32_t *splits = (const int32_t *)films->splits->view.buf + film->column * films->n_splits;
    int64_t block = 0;
    while (block < films->n_splits && film->first + splits[block] <= entry)
        block++;
    return position(films->rows, entry) + block * BLOCK;
}

/* Where the column stands among those of a row, ascending; -1 where it does not. */
INLINE int64_t entry_of(const struct by_row *by_row, int64_t row, int64_t column)
{
    int64_t first, end;
    if (!is_span(by_row->starts, row, by_row->columns->n, &first, &end))
        return -1;
    while (first < end) {
        int64_t middle = first + (end - first) / 2;
        if (position(by_row->columns, middle) < column)
            first = middle + 1;
        else
            end = middle;
    }
    const int64_t *starts = (const int64_t *)by_row->starts->view.buf;
    return first < starts[row + 1] && position(by_row->columns, first) == column ? first : -1;
}

/* What is found out of one film's raters. */
struct told {
    double *similarities, *deviations;
    int64_t n, k;
};

INLINE void tell(struct told *told, const struct people *people, int64_t row, double similarity, uint8_t half_stars)
{
    told->similarities[told->n] = similarity;
    told->deviations[told->n++] = half_stars - ((const double *)people->means->view.buf)[row];
}

/* The first k of the nearest of all who rated the film; whether there were as many. */
static int told_by_the_nearest(const struct people *people, const struct by_row *by_row, const struct array *rows,
                               const struct array *similarities, int64_t column, struct told *told)
{
    for (int64_t at = 0; at < rows->n && told->n < told->k; at++) {
        int64_t row = ((const int64_t *)rows->view.buf)[at];
        int64_t entry = row >= 0 && row < people->sums->n ? entry_of(by_row, row, column) : -1;
        if (entry >= 0)
            tell(told, people, row, ((const double *)similarities->view.buf)[at], ((const uint8_t *)by_row->half_stars->view.buf)[entry]);
    }
    return told->n == told->k;
}

/* The same from the film's raters. Where there are many, first only those are looked at who are as alike as some four times as many are as
are wanted; if that was too much to ask, all. */
static enum trouble told_by_the_raters(const struct people *people, const struct ways *ways, const struct by_column *films,
                                       const struct film *film, const struct heap *sample, int64_t looked_at, struct heap *heap,
                                       struct told *told)
{
    int64_t n_raters = film->end - film->first, rank = n_raters ? 4 * heap->k * looked_at / n_raters : SAMPLED;
    float bar = SOME;
    rank = rank < 8 ? 8 : rank;
    if (rank < sample->n)
        bar = (float)sample->all[rank].value;
    for (;; bar = SOME) {
        heap->n = 0;
        enum trouble trouble = raters_looked_through(people, ways, films, film, bar, heap);
        if (trouble)
            return trouble;
        if (bar == SOME || (heap->n == heap->k && least(heap, people->own_squared) >= bar))
            break;
    }
    sorted(heap);
    for (int64_t at = 0; at < heap->n; at++) {
        int64_t entry = heap->all[at].place;
        tell(told, people, row_of(films, film, entry), heap->all[at].value, ((const uint8_t *)films->half_stars->view.buf)[entry]);
    }
    return NONE;
}

static PyObject *raters(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {
        {"sums", "i4", 0},          {"squared", "i4 i8", 0},          {"inverse", "u2", 0},           {"means", "f8", 0},
        {"column_starts", "i8", 0}, {"rows", "u2 i4", 0},             {"column_half_stars", "u1", 0}, {"row_splits", "i4", 0},
        {"row_starts", "i8", 0},    {"columns", "u2 i4", 0},          {"half_stars", "u1", 0},        {"nearest", "i8", 0},
        {"their similarities", "f8", 0}, {"films", "u2 i4 i8", 0},    {"counts", "i8", 1},            {"similarities", "f8", 1},
        {"deviations", "f8", 1},
    };
    enum { SUMS, SQUARED, INVERSE, MEANS, BY_COLUMN, BY_ROW = BY_COLUMN + 4, NEAREST = BY_ROW + 3, THEIRS, FILMS, COUNTS, FOUND, DEVIATIONS, ALL };
    struct array arrays[ALL];
    int64_t own_squared, own_row, k;
    (void)self;
    if (!is_called_with(n, ALL + 3, "raters") || !whole(objects[ALL], &own_squared) || !whole(objects[ALL + 1], &own_row) ||
        !whole(objects[ALL + 2], &k) || !all_taken(objects, arrays, wanted, ALL))
        return NULL;
    struct people people = {&arrays[SUMS], &arrays[SQUARED], &arrays[INVERSE], &arrays[MEANS], (double)own_squared, own_row};
    struct by_column films;
    enum trouble trouble = by_column_of(arrays + BY_COLUMN, &films);
    struct by_row by_row = {&arrays[BY_ROW], &arrays[BY_ROW + 1], &arrays[BY_ROW + 2]};
    struct one sample_room[SAMPLED];
    struct heap heap = {NULL, 0, 0}, sample = {sample_room, 0, SAMPLED};
    int64_t n_people = arrays[SUMS].n, n_asked = arrays[FILMS].n, n_films = films.starts->n - 1;
    int done = 0;
    if (arrays[SQUARED].n != n_people || arrays[INVERSE].n != n_people || arrays[MEANS].n != n_people || by_row.starts->n != n_people + 1)
        PyErr_SetString(PyExc_ValueError, "sums, squared, inverse, means and row_starts must be of the same people.");
    else if (k < 1 || arrays[COUNTS].n != n_asked || arrays[FOUND].n != arrays[DEVIATIONS].n || arrays[FOUND].n / k < n_asked)
        PyErr_SetString(PyExc_ValueError, "counts, similarities and deviations must have room for k raters, 1 or more, of every film.");
    else if (arrays[NEAREST].n != arrays[THEIRS].n)
        PyErr_SetString(PyExc_ValueError, "nearest and their similarities must be as many.");
    else if (trouble || by_row.columns->n != by_row.half_stars->n)
        raised(trouble ? trouble : BAD_SPAN);
    else if (!is_heap(&heap, k, k))
        PyErr_NoMemory();
    else {
        Py_BEGIN_ALLOW_THREADS
        const struct ways *ways = ways_here();
        int64_t looked_at = 0;
        for (int64_t at = 0; at < n_asked && !trouble; at++) {
            struct film film = {position(&arrays[FILMS], at), 0, 0, 0};
            struct told told = {(double *)arrays[FOUND].view.buf + at * k, (double *)arrays[DEVIATIONS].view.buf + at * k, 0, k};
            if (film.column < 0 || film.column >= n_films)
                trouble = BAD_COLUMN;
            else if (!is_span(films.starts, film.column, films.rows->n, &film.first, &film.end))
                trouble = BAD_SPAN;
            else if ((double)arrays[NEAREST].n * (double)(film.end - film.first) < (double)k * (double)n_people || /* they may be too few */
                     !told_by_the_nearest(&people, &by_row, &arrays[NEAREST], &arrays[THEIRS], film.column, &told)) {
                told.n = 0;
                looked_at = looked_at ? looked_at : sampled(&people, &sample);
                trouble = told_by_the_raters(&people, ways, &films, &film, &sample, looked_at, &heap, &told);
            }
            ((int64_t *)arrays[COUNTS].view.buf)[at] = told.n;
        }
        Py_END_ALLOW_THREADS
        if (trouble)
            raised(trouble);
        else
            done = 1;
    }
    PyMem_RawFree(heap.all);
    release(arrays, ALL);
    if (!done)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- scores: the damped average of the neighbours' half stars ---- */

/* How far a neighbour's ratings have been counted, and with what weight. */
struct voter {
    int64_t at, end;
    double weight;
};

static enum trouble voters_there(const struct by_row *people, const struct array *rows, const struct array *weights, struct voter *voters)
{
    for (int64_t at = 0; at < rows->n; at++) {
        int64_t row = ((const int64_t *)rows->view.buf)[at];
        if (row < 0 || row >= people->starts->n - 1)
            return BAD_ROW;
        if (!is_span(people->starts, row, people->columns->n, &voters[at].at, &voters[at].end))
            return BAD_SPAN;
        voters[at].weight = ((const double *)weights->view.buf)[at];
        for (int64_t line = voters[at].at; line < voters[at].end && line < voters[at].at + 256; line += 32) { /* all of them far apart */
            PREFETCH((const char *)people->columns->view.buf + line * people->columns->size);
            PREFETCH((const char *)people->half_stars->view.buf + line);
        }
    }
    return NONE;
}

/* Counts a voter's films from where they stand up to the column `limit` into sums that begin at the column `first`. */
INLINE int counted(struct voter *voter, const struct by_row *people, int size, int64_t first, int64_t limit, const struct sums *worth,
                   struct sums *sums)
{
    const uint8_t *half_stars = (const uint8_t *)people->half_stars->view.buf;
    const uint16_t *narrow = (const uint16_t *)people->columns->view.buf;
    const uint32_t *wide = (const uint32_t *)people->columns->view.buf;
    int64_t at = voter->at, end = voter->end;
    uint64_t width = (uint64_t)(limit - first), place = 0;
    double weight = voter->weight;
    for (; at < end; at++) {
        place = (uint64_t)(size == 2 ? narrow[at] : wide[at]) - (uint64_t)first;
        if (place >= width)
            break;
        const struct sums *vote = &worth[half_stars[at] % MOST_STARS];
        sums[place].votes += weight * vote->votes;
        sums[place].weights += weight * vote->weights;
    }
    voter->at = at;
    return at == end || (int64_t)place >= 0;
}

/* What becomes of the sums: every score, or the best films alone. */
struct wish {
    double centre, damping;
    double *out;            /* every score; or NULL, and then: */
    const uint8_t *exclude; /* films that are not wanted */
    double above;           /* what a score must be above */
    struct heap *heap;
};

/* Offers the films of a block that begins with the column `first`. */
static void chosen(const struct sums *sums, int64_t first, int64_t n, const struct ways *ways, const struct wish *wish)
{
    for (int64_t from = 0; from < n; from += GROUP) {
        double bar = wish->heap->n < wish->heap->k ? wish->above : wish->heap->all[0].value; /* above `above` by construction */
        if (from + GROUP <= n && !ways->is_liked(sums + from, wish->damping, 2 * bar - wish->centre))
            continue;
        for (int64_t at = from; at < from + GROUP && at < n; at++) {
            double score = (wish->centre + sums[at].votes / (sums[at].weights + wish->damping)) / 2;
            if (sums[at].weights > 0 && score > wish->above && !wish->exclude[first + at])
                offered(wish->heap, (struct one){score, first + at});
        }
    }
}

static enum trouble averaged(const struct by_row *people, const struct array *rows, const struct array *weights, int64_t n_films,
                             const struct wish *wish)
{
    struct sums sums[COLUMNS_AT_ONCE];
    const struct ways *ways = ways_here();
    struct voter *voters = PyMem_RawMalloc((size_t)(rows->n ? rows->n : 1) * sizeof(struct voter));
    if (!voters)
        return NO_MEMORY;
    enum trouble trouble = voters_there(people, rows, weights, voters);
    struct sums worth[MOST_STARS];
    for (int stars = 0; stars < MOST_STARS; stars++)
        worth[stars] = (struct sums){stars - wish->centre, 1};
    for (int64_t first = 0; first < n_films && !trouble; first += COLUMNS_AT_ONCE) {
        int64_t limit = first + COLUMNS_AT_ONCE < n_films ? first + COLUMNS_AT_ONCE : n_films;
        memset(sums, 0, (size_t)(limit - first) * sizeof(struct sums));
        for (int64_t at = 0; at < rows->n; at++)
            if (!(people->columns->size == 2 ? counted(&voters[at], people, 2, first, limit, worth, sums)
                                             : counted(&voters[at], people, 4, first, limit, worth, sums)))
                trouble = BAD_COLUMN;
        if (wish->out)
            ways->averages(sums, limit - first, wish->centre, wish->damping, wish->out + first);
        else
            chosen(sums, first, limit - first, ways, wish);
    }
    for (int64_t at = 0; at < rows->n && !trouble; at++)
        if (voters[at].at < voters[at].end)
            trouble = BAD_COLUMN;
    PyMem_RawFree(voters);
    return trouble;
}

static PyObject *scores(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {
        {"row_starts", "i8", 0}, {"columns", "u2 i4", 0}, {"half_stars", "u1", 0},
        {"neighbours", "i8", 0}, {"weights", "f8", 0},    {"scores", "f8", 1},
    };
    struct array arrays[6];
    int64_t centre;
    (void)self;
    if (!is_called_with(n, 8, "scores") || !whole(objects[6], &centre))
        return NULL;
    double damping = PyFloat_AsDouble(objects[7]);
    if ((damping == -1 && PyErr_Occurred()) || !all_taken(objects, arrays, wanted, 6))
        return NULL;
    struct by_row people = {&arrays[0], &arrays[1], &arrays[2]};
    enum trouble trouble = NONE;
    int done = 0;
    if (arrays[1].n != arrays[2].n || !arrays[0].n)
        raised(BAD_SPAN);
    else if (arrays[3].n != arrays[4].n)
        PyErr_SetString(PyExc_ValueError, "neighbours and weights must be as many.");
    else if (centre < 0 || centre > 10)
        PyErr_Format(PyExc_ValueError, "The centre must be a number of half stars from 0 to 10, not %lld.", (long long)centre);
    else {
        Py_BEGIN_ALLOW_THREADS
        struct wish wish = {(double)centre, damping, (double *)arrays[5].view.buf, NULL, 0, NULL};
        trouble = averaged(&people, &arrays[3], &arrays[4], arrays[5].n, &wish);
        Py_END_ALLOW_THREADS
        if (trouble)
            raised(trouble);
        else
            done = 1;
    }
    release(arrays, 6);
    if (!done)
        return NULL;
    Py_RETURN_NONE;
}

/* `scores` and `best` in one, of scores that nobody else wants. */
static PyObject *list(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {
        {"row_starts", "i8", 0}, {"columns", "u2 i4", 0}, {"half_stars", "u1", 0}, {"neighbours", "i8", 0},
        {"weights", "f8", 0},    {"exclude", "?1", 0},    {"best", "i8", 1},       {"scores", "f8", 1},
    };
    struct array arrays[8];
    int64_t centre, found = -1;
    (void)self;
    if (!is_called_with(n, 11, "list") || !whole(objects[8], &centre))
        return NULL;
    double damping = PyFloat_AsDouble(objects[9]), above = PyFloat_AsDouble(objects[10]);
    if (PyErr_Occurred() || !all_taken(objects, arrays, wanted, 8))
        return NULL;
    struct by_row people = {&arrays[0], &arrays[1], &arrays[2]};
    struct heap heap = {NULL, 0, 0};
    enum trouble trouble = NONE;
    if (arrays[1].n != arrays[2].n || !arrays[0].n)
        raised(BAD_SPAN);
    else if (arrays[3].n != arrays[4].n)
        PyErr_SetString(PyExc_ValueError, "neighbours and weights must be as many.");
    else if (arrays[6].n != arrays[7].n)
        PyErr_SetString(PyExc_ValueError, "best and scores must have room for as many.");
    else if (!is_heap(&heap, arrays[6].n, arrays[5].n))
        PyErr_NoMemory();
    else {
        Py_BEGIN_ALLOW_THREADS
        struct wish wish = {(double)centre, damping, NULL, (const uint8_t *)arrays[5].view.buf, above, &heap};
        if (heap.k)
            trouble = averaged(&people, &arrays[3], &arrays[4], arrays[5].n, &wish);
        sorted(&heap);
        for (int64_t at = 0; at < heap.n; at++) {
            ((int64_t *)arrays[6].view.buf)[at] = heap.all[at].place;
            ((double *)arrays[7].view.buf)[at] = heap.all[at].value;
        }
        Py_END_ALLOW_THREADS
        if (trouble)
            raised(trouble);
        else
            found = heap.n;
    }
    PyMem_RawFree(heap.all);
    release(arrays, 8);
    return found < 0 ? NULL : PyLong_FromLongLong(found);
}

/* ---- the best films ---- */

static PyObject *best(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {{"scores", "f8", 0}, {"exclude", "?1", 0}, {"columns", "i8", 1}};
    struct array arrays[3];
    (void)self;
    if (!is_called_with(n, 4, "best"))
        return NULL;
    double above = PyFloat_AsDouble(objects[3]);
    if ((above == -1 && PyErr_Occurred()) || !all_taken(objects, arrays, wanted, 3))
        return NULL;
    struct heap heap = {NULL, 0, 0};
    int64_t found = -1, n_films = arrays[0].n;
    if (arrays[1].n != n_films)
        PyErr_Format(PyExc_ValueError, "scores and exclude must be of the same films, not of %lld and %lld.", (long long)n_films,
                     (long long)arrays[1].n);
    else if (!is_heap(&heap, arrays[2].n, n_films))
        PyErr_NoMemory();
    else {
        const double *scores = (const double *)arrays[0].view.buf;
        const uint8_t *exclude = (const uint8_t *)arrays[1].view.buf;
        Py_BEGIN_ALLOW_THREADS
        const struct ways *ways = ways_here();
        double bar = above;
        for (int64_t from = 0; from < n_films && heap.k; from += GROUP) {
            if (from + GROUP <= n_films && !ways->is_above(scores + from, bar))
                continue;
            for (int64_t column = from; column < from + GROUP && column < n_films; column++)
                if (scores[column] > bar && !exclude[column]) {
                    offered(&heap, (struct one){scores[column], column});
                    if (heap.n == heap.k)
                        bar = heap.all[0].value; /* above the bar by construction */
                }
        }
        sorted(&heap);
        for (int64_t at = 0; at < heap.n; at++)
            ((int64_t *)arrays[2].view.buf)[at] = heap.all[at].place;
        Py_END_ALLOW_THREADS
        found = heap.n;
    }
    PyMem_RawFree(heap.all);
    release(arrays, 3);
    return found < 0 ? NULL : PyLong_FromLongLong(found);
}

/* ---- what certain people gave certain films ---- */

/* Where each of a few columns would stand among those of a row that is not empty: all are searched for at once, without a branch. */
INLINE void searched(const struct by_row *people, int size, int64_t first, int64_t end, const int64_t *wanted, int64_t n, int64_t *places)
{
    const uint16_t *narrow = (const uint16_t *)people->columns->view.buf;
    const int32_t *wide = (const int32_t *)people->columns->view.buf;
    for (int64_t at = 0; at < n; at++)
        places[at] = first;
    for (int64_t left = end - first; left > 1; left -= left / 2)
        for (int64_t at = 0; at < n; at++) {
            int64_t middle = places[at] + left / 2;
            int64_t column = size == 2 ? (int64_t)narrow[middle] : (int64_t)wide[middle];
            places[at] = column <= wanted[at] ? middle : places[at];
        }
}

static enum trouble few_told(const struct by_row *people, const struct array *rows, const struct array *films, int64_t n_films, uint8_t *out)
{
    const uint8_t *half_stars = (const uint8_t *)people->half_stars->view.buf;
    int64_t wanted[FEW], places[FEW], n = films->n, first, end;
    for (int64_t at = 0; at < n; at++) {
        wanted[at] = position(films, at);
        if (wanted[at] < 0 || wanted[at] >= n_films)
            return BAD_COLUMN;
    }
    for (int64_t at = 0; at < rows->n; at++) {
        int64_t row = ((const int64_t *)rows->view.buf)[at];
        if (row < 0 || row >= people->starts->n - 1)
            return BAD_ROW;
        if (!is_span(people->starts, row, people->columns->n, &first, &end))
            return BAD_SPAN;
        if (first == end)
            continue;
        if (people->columns->size == 2)
            searched(people, 2, first, end, wanted, n, places);
        else
            searched(people, 4, first, end, wanted, n, places);
        for (int64_t film = 0; film < n; film++)
            out[at * n + film] = position(people->columns, places[film]) == wanted[film] ? half_stars[places[film]] : 0;
    }
    return NONE;
}

/* Where each of the films stands among those asked for, and 1; 0 for none. `trouble` says whether one is outside. */
static int32_t *places_of(const struct array *wanted, int64_t n_films, enum trouble *trouble)
{
    int32_t *place = PyMem_RawCalloc((size_t)(n_films ? n_films : 1), sizeof(int32_t));
    *trouble = place ? NONE : NO_MEMORY;
    for (int64_t at = 0; at < wanted->n && !*trouble; at++) {
        int64_t column = position(wanted, at);
        if (column < 0 || column >= n_films)
            *trouble = BAD_COLUMN;
        else
            place[column] = (int32_t)at + 1;
    }
    return place;
}

static enum trouble told(const struct by_row *people, const struct array *rows, const struct array *wanted, int64_t n_films, uint8_t *out)
{
    enum trouble trouble;
    int32_t *place = places_of(wanted, n_films, &trouble);
    const uint8_t *half_stars = (const uint8_t *)people->half_stars->view.buf;
    for (int64_t at = 0; at < rows->n && !trouble; at++) {
        int64_t row = ((const int64_t *)rows->view.buf)[at], first = 0, end = 0;
        if (row < 0 || row >= people->starts->n - 1)
            trouble = BAD_ROW;
        else if (!is_span(people->starts, row, people->columns->n, &first, &end))
            trouble = BAD_SPAN;
        for (int64_t entry = first; !trouble && entry < end; entry++) {
            int64_t column = position(people->columns, entry);
            if (column < 0 || column >= n_films)
                trouble = BAD_COLUMN;
            else if (place[column])
                out[at * wanted->n + place[column] - 1] = half_stars[entry];
        }
    }
    PyMem_RawFree(place);
    return trouble;
}

static PyObject *ratings(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {
        {"row_starts", "i8", 0}, {"columns", "u2 i4", 0},       {"half_stars", "u1", 0},
        {"people", "i8", 0},     {"films", "u2 i4 i8", 0}, {"ratings", "u1", 1},
    };
    struct array arrays[6];
    int64_t n_films;
    (void)self;
    if (!is_called_with(n, 7, "ratings") || !whole(objects[6], &n_films) || !all_taken(objects, arrays, wanted, 6))
        return NULL;
    struct by_row people = {&arrays[0], &arrays[1], &arrays[2]};
    enum trouble trouble = NONE;
    int done = 0;
    if (arrays[1].n != arrays[2].n || !arrays[0].n)
        raised(BAD_SPAN);
    else if (n_films < 0 || n_films > INT32_MAX || arrays[4].n > INT32_MAX)
        PyErr_Format(PyExc_ValueError, "There must be from 0 to %d films, not %lld.", INT32_MAX, (long long)n_films);
    else if (arrays[4].n && arrays[5].n / arrays[4].n != arrays[3].n)
        PyErr_SetString(PyExc_ValueError, "ratings must have room for every film of everybody asked for.");
    else {
        Py_BEGIN_ALLOW_THREADS
        memset(arrays[5].view.buf, 0, (size_t)arrays[5].view.len);
        trouble = (arrays[4].n <= FEW ? few_told : told)(&people, &arrays[3], &arrays[4], n_films, (uint8_t *)arrays[5].view.buf);
        Py_END_ALLOW_THREADS
        if (trouble)
            raised(trouble);
        else
            done = 1;
    }
    release(arrays, 6);
    if (!done)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- what neighbours add, dealt out among the films that made them neighbours ---- */

/* A film that a neighbour and the person have both rated: where it stands among theirs, and half stars times half stars. */
struct common {
    int32_t place, product;
};

/* What a neighbour has in common with the person; how much, or -1 where a column is outside. There is room for one more than all of theirs. */
INLINE int64_t in_common(const struct by_row *people, int size, int64_t first, int64_t end, const int32_t *place, int64_t n_films,
                         const uint8_t *own, struct common *found, int64_t *product)
{
    const uint8_t *half_stars = (const uint8_t *)people->half_stars->view.buf;
    const uint16_t *narrow = (const uint16_t *)people->columns->view.buf;
    const uint32_t *wide = (const uint32_t *)people->columns->view.buf;
    int64_t n = 0, sum = 0;
    for (int64_t entry = first; entry < end; entry++) {
        int64_t column = size == 2 ? narrow[entry] : wide[entry];
        if (column >= n_films)
            return -1;
        int32_t at = place[column];
        found[n] = (struct common){at - 1, half_stars[entry]};
        n += at > 0; /* whether it counts or is written over; nobody can tell beforehand */
    }
    for (int64_t at = 0; at < n; at++)
        sum += found[at].product *= own[found[at].place];
    *product = sum;
    return n;
}

struct deal {
    const uint8_t *own;    /* half stars of the person's films */
    const double *amounts; /* of each neighbour, for each film that is explained */
    int64_t n;             /* films that are explained */
    double *out;           /* for each of the person's films, of each film that is explained */
};

static enum trouble dealt_out(const struct by_row *people, const struct array *rows, const struct array *columns, int64_t n_films,
                              const struct deal *deal)
{
    enum trouble trouble;
    int32_t *place = places_of(columns, n_films, &trouble);
    int64_t first, end, longest = 0, product;
    for (int64_t at = 0; at < rows->n && !trouble; at++) {
        int64_t row = ((const int64_t *)rows->view.buf)[at];
        if (row < 0 || row >= people->starts->n - 1)
            trouble = BAD_ROW;
        else if (!is_span(people->starts, row, people->columns->n, &first, &end))
            trouble = BAD_SPAN;
        else
            longest = end - first > longest ? end - first : longest;
    }
    struct common *found = trouble ? NULL : PyMem_RawMalloc((size_t)(longest + 1) * sizeof(struct common));
    if (!trouble && !found)
        trouble = NO_MEMORY;
    for (int64_t at = 0; at < rows->n && !trouble; at++) {
        is_span(people->starts, ((const int64_t *)rows->view.buf)[at], people->columns->n, &first, &end); /* checked before */
        int64_t n = people->columns->size == 2 ? in_common(people, 2, first, end, place, n_films, deal->own, found, &product)
                                               : in_common(people, 4, first, end, place, n_films, deal->own, found, &product);
        if (n < 0)
            trouble = BAD_COLUMN;
        const double *amounts = deal->amounts + at * deal->n;
        for (int64_t one = 0; one < n && product; one++) {
            double share = found[one].product / (double)product, *out = deal->out + found[one].place * deal->n;
            for (int64_t film = 0; film < deal->n; film++)
                out[film] += amounts[film] * share;
        }
    }
    PyMem_RawFree(found);
    PyMem_RawFree(place);
    return trouble;
}

static PyObject *dealt(PyObject *self, PyObject *const *objects, Py_ssize_t n)
{
    static const struct wanted wanted[] = {
        {"row_starts", "i8", 0}, {"columns", "u2 i4", 0},         {"half_stars", "u1", 0}, {"people", "i8", 0},
        {"films", "u2 i4 i8", 0}, {"half stars of them", "u1", 0}, {"amounts", "f8", 0},    {"dealt", "f8", 1},
    };
    struct array arrays[8];
    int64_t n_films;
    (void)self;
    if (!is_called_with(n, 9, "dealt") || !whole(objects[8], &n_films) || !all_taken(objects, arrays, wanted, 8))
        return NULL;
    struct by_row people = {&arrays[0], &arrays[1], &arrays[2]};
    int64_t n_people = arrays[3].n, n_own = arrays[4].n, n_asked = n_own ? arrays[7].n / n_own : n_people ? arrays[6].n / n_people : 0;
    enum trouble trouble = NONE;
    int done = 0;
    if (arrays[1].n != arrays[2].n || !arrays[0].n)
        raised(BAD_SPAN);
    else if (n_own != arrays[5].n)
        raised(BAD_STARS);
    else if (n_films < 0 || n_films > INT32_MAX || n_own > INT32_MAX)
        PyErr_Format(PyExc_ValueError, "There must be from 0 to %d films, not %lld.", INT32_MAX, (long long)n_films);
    else if (arrays[6].n != n_people * n_asked || arrays[7].n != n_own * n_asked)
        PyErr_SetString(PyExc_ValueError, "amounts must be of everybody, and dealt have room for as many of every film.");
    else {
        Py_BEGIN_ALLOW_THREADS
        struct deal deal = {(const uint8_t *)arrays[5].view.buf, (const double *)arrays[6].view.buf, n_asked, (double *)arrays[7].view.buf};
        memset(arrays[7].view.buf, 0, (size_t)arrays[7].view.len);
        trouble = dealt_out(&people, &arrays[3], &arrays[4], n_films, &deal);
        Py_END_ALLOW_THREADS
        if (trouble)
            raised(trouble);
        else
            done = 1;
    }
    release(arrays, 8);
    if (!done)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- the module ---- */

#define FAST(function) ((PyCFunction)(void (*)(void))(function))

static PyMethodDef methods[] = {
    {"instructions", instructions, METH_NOARGS, "What is made use of: 0 for nothing special, 1 AVX2, 2 AVX-512, 3 VNNI."},
    {"bring", FAST(bring), METH_FASTCALL,
     "Bring the dot products of one history to another: sums, column_starts, rows, column_half_stars, row_splits, columns and half stars "
     "before, columns and half stars now, from which block of 65,536 people on, before which; how many ratings there are to add of all people. "
     "Before nothing the sums must be 0; after an error they are worth nothing."},
    {"nearest", FAST(nearest), METH_FASTCALL,
     "Fill rows and similarities with the nearest: sums, squared, the upper halves of 1 / squared as float32, rows, similarities, own squared "
     "norm, own row or -1; how many there are."},
    {"raters", FAST(raters), METH_FASTCALL,
     "For each of the films the similarities of its k nearest raters and how far from their own means they gave it: sums, squared, "
     "inverse, means, column_starts, rows, column_half_stars, row_splits, row_starts, columns, half_stars, the nearest of all and their "
     "similarities, films, counts, similarities, deviations, own squared norm, own row or -1, k."},
    {"scores", FAST(scores), METH_FASTCALL,
     "Fill scores, NaN where no neighbour voted: row_starts, columns, half_stars, neighbours, weights, scores, centre, damping."},
    {"list", FAST(list), METH_FASTCALL,
     "Fill best and scores with the best films not excluded: row_starts, columns, half_stars, neighbours, weights, exclude, best, scores, "
     "centre, damping, above; how many there are."},
    {"best", FAST(best), METH_FASTCALL, "Fill columns with the best not excluded: scores, exclude, columns, above; how many there are."},
    {"ratings", FAST(ratings), METH_FASTCALL,
     "Fill ratings, shape (people, films), 0 for none: row_starts, columns, half_stars, people, films, ratings, films there are."},
    {"dealt", FAST(dealt), METH_FASTCALL,
     "Fill dealt, shape (films, explained), with each neighbour's amounts, shape (people, explained), in proportion to what they and the person "
     "gave: row_starts, columns, half_stars, people, films, half stars of them, amounts, dealt, films there are."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fold_in", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__fold_in(void) { return PyModuleDef_Init(&module); }
