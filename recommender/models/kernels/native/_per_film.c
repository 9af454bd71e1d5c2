/* For each film the votes of the most similar of its raters, for one person: what `kernels.per_film` does in numpy, to the same bits.

   Everything that is added up is a whole number below 2^53, so that no order of adding and no width of register changes a bit. */

#include "kernel.h"
#include <math.h>

#define SCALE 68719476736.0 /* 2^36: a similarity of 1 */
#define ROW_BITS 28         /* of a key: 36 bits for how far from 1 a similarity is, then the row, so that ties go to the lower */
#define ROW_MASK ((UINT64_C(1) << ROW_BITS) - 1)
#define DIGITS 4
#define DIGIT_BITS 9
#define BUCKETS (1 << DIGIT_BITS)
#define MAGIC 6755399441055744.0 /* 1.5 * 2^52: between numbers of this size there is 1 */
#define SLACK 16    /* places behind an array that a wide register may write to */
#define BLOCK 65536 /* people whose rows two bytes tell apart: rows are counted from the first of their block */

/* Two sums of a person in one number: of deviations times half stars in the lower bits, of deviations in the upper. */
#define PACKED_BITS 34
#define MOST_PACKED (UINT64_C(1) << 29)
#define MOST_EXACT_MOVIES (1 << 19) /* a count of films times a sum below 2^33 is exact in a double */

/* To the nearest whole number, as rint does, of one below 2^51. */
static inline double rounded(double value) { return value + MAGIC - MAGIC; }

/* Indices are uint16_t or int32_t; which is a constant wherever it is asked, so that every loop is compiled for its own. */
#define INLINE static inline __attribute__((always_inline))
INLINE uint32_t index_at(const void *indices, int is_long, int64_t at)
{
    return is_long ? ((const uint32_t *)indices)[at] : ((const uint16_t *)indices)[at];
}

struct matrix {
    int64_t n_users, n_movies, n_ratings;
    const int64_t *row_starts, *column_starts;
    const void *columns, *rows;
    int long_columns, long_rows;
    const int32_t *splits; /* of each column: where in it the rows of the second block of people begin, of the third and so on */
    int64_t n_splits;
    const uint8_t *half_stars, *column_half_stars;
    const int32_t *counts, *sums, *means; /* of each person's half stars; means times 2^23 */
    const double *squares;
};

/* Of each person the ratings of films that few have rated, and of those that some have, apart from those that many have: see kernels.per_film.
   A film stands for its place, the more have rated it the higher; a rating is the place, then the half stars. */
struct apart {
    int64_t n_films;
    const int32_t *films;  /* by place */
    const int32_t *starts; /* of each person's ratings of films that few have rated, then of each person's of films that some have, places ascending */
    const uint32_t *ratings;
};

#define STAR_BITS 4
#define STARS_MASK ((1 << STAR_BITS) - 1)
#define PLACE_BITS 28

/* Somebody's ratings, as whole numbers without a mean: the count times the half stars, less their sum. */
struct person {
    int64_t n;
    const int32_t *columns;
    const uint8_t *half_stars;
    int64_t row; /* -1 for somebody the matrix does not hold */
    int64_t sum;
    double squared;
    uint64_t spread; /* the sum of deviations without their signs */
};

static struct person person_of(const int32_t *columns, const uint8_t *half_stars, int64_t n, int64_t row)
{
    struct person one = {n, columns, half_stars, row, 0, 0.0, 0};
    uint64_t squares = 0;
    for (int64_t i = 0; i < n; i++) {
        one.sum += half_stars[i];
        squares += (uint64_t)half_stars[i] * half_stars[i];
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t deviation = n * half_stars[i] - one.sum;
        one.spread += (uint64_t)(deviation < 0 ? -deviation : deviation);
    }
    one.squared = (double)((uint64_t)n * ((uint64_t)n * squares - (uint64_t)one.sum * (uint64_t)one.sum));
    return one;
}

/* Where those of a film's raters stand who are of one block of people. */
INLINE void segment_of(const struct matrix *all, int64_t film, int64_t block, int64_t *from, int64_t *to)
{
    const int32_t *splits = all->splits + film * all->n_splits;
    *from = all->column_starts[film] + (block ? splits[block - 1] : 0);
    *to = block < all->n_splits ? all->column_starts[film] + splits[block] : all->column_starts[film + 1];
}

/* Adds to those who rated a film what a table says of their half stars. */
INLINE void add_column(uint64_t *totals, const struct matrix *all, int is_long, int64_t at, int64_t end, const uint64_t *table)
{
    for (; at < end; at++)
        totals[index_at(all->rows, is_long, at)] += table[all->column_half_stars[at]];
}

/* Block by block, so that the totals stay near the processor. */
static void add_columns(uint64_t *totals, const struct matrix *all, const struct person *own, int by_stars, int bits)
{
    for (int64_t block = 0, at, end; block <= all->n_splits; block++)
        for (int64_t i = 0; i < own->n; i++) {
            uint64_t deviation = (uint64_t)(own->n * own->half_stars[i] - own->sum);
            uint64_t table[16];
            if (!deviation)
                continue;
            for (uint64_t stars = 0; stars < 16; stars++)
                table[stars] = (by_stars ? deviation * stars : deviation) + (bits ? deviation << bits : 0);
            segment_of(all, own->columns[i], block, &at, &end);
            if (all->long_rows)
                add_column(totals + block * BLOCK, all, 1, at, end, table);
            else
                add_column(totals + block * BLOCK, all, 0, at, end, table);
        }
}

/* A similarity times 2^36, from the two sums that the dot product is made of; 0 where it is not above 0. */
static inline double similarity_of(const struct matrix *all, int64_t row, uint64_t by_stars, uint64_t alone, double own_squared)
{
    uint64_t dot = (uint64_t)all->counts[row] * by_stars - (uint64_t)all->sums[row] * alone;
    if ((int64_t)dot <= 0)
        return 0.0;
    return rounded((double)(int64_t)dot / sqrt(all->squares[row] * own_squared) * SCALE);
}

static inline void unpack(uint64_t packed, uint64_t *by_stars, uint64_t *alone)
{
    uint64_t half = UINT64_C(1) << (PACKED_BITS - 1), bias = UINT64_C(1) << 63;
    *alone = ((packed + half + bias) >> PACKED_BITS) - (bias >> PACKED_BITS);
    *by_stars = packed - (*alone << PACKED_BITS);
}

INLINE uint64_t key_of(double similarity, int64_t row)
{
    return (((uint64_t)SCALE - (uint64_t)similarity) << ROW_BITS) | (uint64_t)row;
}

static size_t keys_packed(const struct matrix *all, int64_t from, const uint64_t *totals, double own_squared, double floor, uint64_t *keys)
{
    size_t n = 0;
    for (int64_t row = from; row < all->n_users; row++) {
        uint64_t by_stars, alone;
        if (!totals[row])
            continue;
        unpack(totals[row], &by_stars, &alone);
        double similarity = similarity_of(all, row, by_stars, alone, own_squared);
        if (similarity >= floor)
            keys[n++] = key_of(similarity, row);
    }
    return n;
}

#ifdef MATINEE_X86
#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,popcnt")))

/* Whole numbers below 2^51, of either sign, as doubles: there is no instruction for it in AVX-512F. */
#define MAGIC_BITS 0x4338000000000000

WIDE static size_t keys_wide(const struct matrix *all, const uint64_t *totals, double own_squared, double floor, uint64_t *keys)
{
    const __m512i half = _mm512_set1_epi64(INT64_C(1) << (PACKED_BITS - 1)), bias = _mm512_set1_epi64(INT64_MIN);
    const __m512i shifted_bias = _mm512_set1_epi64((int64_t)((UINT64_C(1) << 63) >> PACKED_BITS)), magic_bits = _mm512_set1_epi64(MAGIC_BITS);
    const __m512d magic = _mm512_set1_pd(MAGIC), own = _mm512_set1_pd(own_squared), scale = _mm512_set1_pd(SCALE);
    const __m512d least = _mm512_set1_pd(floor), zero = _mm512_setzero_pd();
    const __m512i eight = _mm512_set1_epi64(8), one = _mm512_castpd_si512(_mm512_set1_pd(SCALE + MAGIC));
    __m512i rows = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    size_t n = 0;
    int64_t row = 0;
    for (; row + 8 <= all->n_users; row += 8, rows = _mm512_add_epi64(rows, eight)) {
        __m512i packed = _mm512_loadu_si512(totals + row);
        if (!_mm512_test_epi64_mask(packed, packed))
            continue;
        __m512i alone = _mm512_sub_epi64(
            _mm512_srli_epi64(_mm512_add_epi64(packed, _mm512_xor_si512(half, bias)), PACKED_BITS), shifted_bias);
        __m512i by_stars = _mm512_sub_epi64(packed, _mm512_slli_epi64(alone, PACKED_BITS));
        __m512d first = _mm512_sub_pd(_mm512_castsi512_pd(_mm512_add_epi64(by_stars, magic_bits)), magic);
        __m512d second = _mm512_sub_pd(_mm512_castsi512_pd(_mm512_add_epi64(alone, magic_bits)), magic);
        __m512d counts = _mm512_cvtepi32_pd(_mm256_loadu_si256((const __m256i *)(all->counts + row)));
        __m512d sums = _mm512_cvtepi32_pd(_mm256_loadu_si256((const __m256i *)(all->sums + row)));
        __m512d dot = _mm512_sub_pd(_mm512_mul_pd(counts, first), _mm512_mul_pd(sums, second));
        __mmask8 alike = _mm512_cmp_pd_mask(dot, zero, _CMP_GT_OQ);
        if (!alike)
            continue;
        __m512d norm = _mm512_sqrt_pd(_mm512_mul_pd(_mm512_loadu_pd(all->squares + row), own));
        __m512d found = _mm512_roundscale_pd(_mm512_mul_pd(_mm512_div_pd(dot, norm), scale), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        alike = _mm512_mask_cmp_pd_mask(alike, found, least, _CMP_GE_OQ);
        __m512i away = _mm512_sub_epi64(one, _mm512_castpd_si512(_mm512_add_pd(found, magic)));
        __m512i made = _mm512_or_si512(_mm512_slli_epi64(away, ROW_BITS), rows);
        _mm512_storeu_si512(keys + n, _mm512_maskz_compress_epi64(alike, made));
        n += (size_t)_mm_popcnt_u32(alike);
    }
    return n + keys_packed(all, row, totals, own_squared, floor, keys + n);
}
#endif

/* The keys of everybody at least as similar as the floor (times 2^36, 1 or more), unsorted. totals: room for two numbers a person. */
static size_t keys_of(const struct matrix *all, const struct person *own, double floor, uint64_t *totals, uint64_t *keys)
{
    memset(totals, 0, sizeof *totals * (size_t)all->n_users);
    if (own->spread <= MOST_PACKED) {
        add_columns(totals, all, own, 1, PACKED_BITS);
        if (own->row >= 0)
            totals[own->row] = 0;
#ifdef MATINEE_X86
        if (all->n_movies < MOST_EXACT_MOVIES && chosen_instructions() >= AVX512)
            return keys_wide(all, totals, own->squared, floor, keys);
#endif
        return keys_packed(all, 0, totals, own->squared, floor, keys);
    }
    uint64_t *alone = totals + all->n_users;
    memset(alone, 0, sizeof *alone * (size_t)all->n_users);
    add_columns(totals, all, own, 1, 0);
    add_columns(alone, all, own, 0, 0);
    if (own->row >= 0)
        totals[own->row] = alone[own->row] = 0;
    size_t n = 0;
    for (int64_t row = 0; row < all->n_users; row++) {
        double similarity = similarity_of(all, row, totals[row], alone[row], own->squared);
        if (similarity >= floor)
            keys[n++] = key_of(similarity, row);
    }
    return n;
}

/* Sorts keys that ascend by row: most similar first, then the lower row. The sorted ones are in the array returned, one of the two. */
static uint64_t *sorted(uint64_t *keys, uint64_t *other, size_t n, uint32_t *buckets)
{
    memset(buckets, 0, sizeof *buckets * DIGITS * BUCKETS);
    for (size_t i = 0; i < n; i++)
        for (int digit = 0; digit < DIGITS; digit++)
            buckets[digit * BUCKETS + ((keys[i] >> (ROW_BITS + digit * DIGIT_BITS)) & (BUCKETS - 1))]++;
    for (int digit = 0; digit < DIGITS; digit++) {
        uint32_t *starts = buckets + digit * BUCKETS, total = 0;
        for (int at = 0; at < BUCKETS; at++) {
            uint32_t count = starts[at];
            starts[at] = total;
            total += count;
        }
        for (size_t i = 0; i < n; i++)
            other[starts[(keys[i] >> (ROW_BITS + digit * DIGIT_BITS)) & (BUCKETS - 1)]++] = keys[i];
        uint64_t *swap = keys;
        keys = other;
        other = swap;
    }
    return keys;
}

/* What is said of a film. votes: their sum, times 2^36. weight: the sum of similarities, times 2^36, and above it how many voted. */
struct told {
    int64_t votes;
    uint64_t weight;
};

#define WEIGHT_BITS 50 /* of 8,192 similarities */
#define ONE_VOTER (UINT64_C(1) << WEIGHT_BITS)

/* Somebody who votes. similarity: times 2^36, as one voter. offset: what half stars times it are lessened by, for the voter's mean. */
struct vote {
    int64_t similarity, offset;
};

#define MEAN_UNIT 1.1920928955078125e-07 /* 2^-23 */

INLINE struct vote vote_of(const struct matrix *all, uint64_t key)
{
    int64_t similarity = (int64_t)SCALE - (int64_t)(key >> ROW_BITS);
    double offset = (double)similarity * (all->means[key & ROW_MASK] * MEAN_UNIT);
    return (struct vote){similarity, (int64_t)rounded(offset)};
}

INLINE void add_vote(const struct vote *vote, int64_t half_stars, struct told *told)
{
    told->votes += vote->similarity * half_stars - vote->offset;
    told->weight += (uint64_t)vote->similarity + ONE_VOTER;
}

/* The films that people vote on in turn, a bit each, until they have k votes. */
struct open {
    uint32_t *bits;
    int64_t n;
};

#define BIT_OF(film) (UINT32_C(1) << ((film) & 31))

static void open_many(const struct matrix *all, int64_t many, struct open *open)
{
    open->n = 0;
    memset(open->bits, 0, sizeof(uint32_t) * (size_t)(all->n_movies / 32 + 1));
    for (int64_t film = 0; film < all->n_movies; film++)
        if (all->column_starts[film + 1] - all->column_starts[film] >= many) {
            open->bits[film >> 5] |= BIT_OF(film);
            open->n++;
        }
}

/* Asks for the beginning of what is needed soon. */
INLINE void fetch(const char *items, int64_t from, int64_t to, int64_t size)
{
    const char *end = items + to * size, *most = items + from * size + 512;
    for (const char *line = items + from * size; line < end && line < most; line += 64)
        __builtin_prefetch(line);
}

/* Lets people vote on the open films among those they have rated, most similar first, until none is open. */
INLINE void vote_on_open(const struct matrix *all, int is_long, const uint64_t *keys, size_t n, uint64_t full, struct open *open, struct told *told)
{
    for (size_t i = 0; i < n && open->n; i++) {
        if (i + 16 < n)
            __builtin_prefetch(all->row_starts + (keys[i + 16] & ROW_MASK));
        if (i + 8 < n) {
            int64_t ahead = all->row_starts[keys[i + 8] & ROW_MASK], next = all->row_starts[(keys[i + 8] & ROW_MASK) + 1];
            fetch((const char *)all->columns, ahead, next, is_long ? 4 : 2);
            fetch((const char *)all->half_stars, ahead, next, 1);
        }
        int64_t row = (int64_t)(keys[i] & ROW_MASK);
        struct vote vote = vote_of(all, keys[i]);
        for (int64_t at = all->row_starts[row], end = all->row_starts[row + 1]; at < end; at++) {
            uint32_t film = index_at(all->columns, is_long, at);
            if (!(open->bits[film >> 5] & BIT_OF(film)))
                continue;
            add_vote(&vote, all->half_stars[at], told + film);
            if (told[film].weight >= full) {
                open->bits[film >> 5] &= ~BIT_OF(film);
                open->n--;
            }
        }
    }
}

/* Lets everybody vote on the films that few have rated, in any order: none of them has more than k raters. */
static void vote_on_few(const struct matrix *all, const struct apart *apart, const uint64_t *keys, size_t n, struct told *told)
{
    for (size_t i = 0; i < n; i++) {
        const int32_t *starts = apart->starts + (keys[i] & ROW_MASK);
        struct vote vote = vote_of(all, keys[i]);
        for (int64_t at = starts[0]; at < starts[1]; at++)
            add_vote(&vote, apart->ratings[at] & STARS_MASK, told + (apart->ratings[at] >> STAR_BITS));
    }
}

/* Lets people vote on the films that some have rated, most similar first. Films fill more or less from the highest place down: what stands
   above the last that is open is not looked at, and whether one below is full is no branch, which would be guessed wrong too often. */
static void vote_on_some(const struct matrix *all, const struct apart *apart, const uint64_t *keys, size_t n, uint64_t full, struct told *told)
{
    const int32_t *starts = apart->starts + all->n_users;
    int64_t last = apart->n_films - 1;
    for (size_t i = 0; i < n && last >= 0; i++) {
        if (i + 32 < n) {
            __builtin_prefetch(starts + (keys[i + 32] & ROW_MASK));
            __builtin_prefetch(all->means + (keys[i + 32] & ROW_MASK));
        }
        if (i + 16 < n)
            __builtin_prefetch(apart->ratings + starts[keys[i + 16] & ROW_MASK]);
        const uint32_t *rating = apart->ratings + starts[keys[i] & ROW_MASK], *end = apart->ratings + starts[(keys[i] & ROW_MASK) + 1];
        const uint32_t highest = (uint32_t)last << STAR_BITS | STARS_MASK;
        if (rating == end || *rating > highest)
            continue;
        struct vote vote = vote_of(all, keys[i]);
        for (; rating < end && *rating <= highest; rating++) {
            struct told *film = told + (*rating >> STAR_BITS);
            int64_t if_open = -(int64_t)(film->weight < full);
            film->votes += (vote.similarity * (*rating & STARS_MASK) - vote.offset) & if_open;
            film->weight += ((uint64_t)vote.similarity + ONE_VOTER) & (uint64_t)if_open;
        }
        while (last >= 0 && told[last].weight >= full)
            last--;
    }
}

/* All of it for one person; told and similarities are empty. False if there is no memory. */
static int find(const struct matrix *all, const struct apart *apart, const struct person *own, double floor, uint64_t full, int64_t many,
                struct told *told, double *similarities)
{
    size_t rows = (size_t)all->n_users + SLACK, words = (size_t)all->n_movies / 32 + 1, films = (size_t)apart->n_films;
    uint64_t *keys = malloc(3 * rows * sizeof *keys + films * sizeof *told + sizeof(uint32_t) * (DIGITS * BUCKETS + words));
    if (!keys)
        return 0;
    uint64_t *totals = keys + rows; /* two for each row; they are done with when the keys are there */
    struct told *by_place = (struct told *)(totals + 2 * rows);
    uint32_t *buckets = (uint32_t *)(by_place + films);
    struct open open = {buckets + DIGITS * BUCKETS, 0};
    memset(by_place, 0, films * sizeof *by_place);
    size_t n = keys_of(all, own, floor, totals, keys);
    for (size_t i = 0; i < n; i++)
        similarities[keys[i] & ROW_MASK] = (double)((int64_t)SCALE - (int64_t)(keys[i] >> ROW_BITS)) / SCALE;
    vote_on_few(all, apart, keys, n, by_place);
    const uint64_t *order = sorted(keys, totals, n, buckets);
    vote_on_some(all, apart, order, n, full, by_place);
    for (size_t place = 0; place < films; place++)
        told[apart->films[place]] = by_place[place];
    open_many(all, many, &open);
    if (all->long_columns)
        vote_on_open(all, 1, order, n, full, &open, told);
    else
        vote_on_open(all, 0, order, n, full, &open, told);
    free(keys);
    return 1;
}

/* What is told of each film, as two doubles in its place and beside them how many voted. */
static void tell(struct told *told, int64_t n_movies, uint16_t *voters)
{
    for (int64_t film = 0; film < n_movies; film++) {
        const double sums[] = {(double)told[film].votes, (double)(int64_t)(told[film].weight % ONE_VOTER)};
        voters[film] = (uint16_t)(told[film].weight / ONE_VOTER);
        memcpy(told + film, sums, sizeof sums);
    }
}

/* What Python hands in, and what is said where it does not fit. */
enum { ROW_STARTS, COLUMNS, HALF_STARS, COLUMN_STARTS, ROWS, COLUMN_HALF_STARS, ROW_SPLITS, COUNTS, SUMS, SQUARES, MEANS, N_OF_MATRIX };
static const char *const names[] = {"row_starts", "columns", "half_stars", "column_starts", "rows", "column_half_stars",
                                    "row_splits", "counts",  "sums",       "squares",       "means"};
enum { FILMS, STARTS, RATINGS, N_OF_APART };
static const char *const names_apart[] = {"films", "starts", "ratings"};

static int refuse(const char *name, Py_ssize_t bytes, int64_t right)
{
    PyErr_Format(PyExc_ValueError, "%s has %zd bytes; right would be %lld.", name, bytes, (long long)right);
    return 0;
}

static int matrix_of(const Py_buffer *given, struct matrix *all)
{
    all->n_users = given[COUNTS].len / (Py_ssize_t)sizeof(int32_t);
    all->n_movies = given[COLUMN_STARTS].len / (Py_ssize_t)sizeof(int64_t) - 1;
    all->n_ratings = given[HALF_STARS].len;
    if (all->n_users >= INT64_C(1) << ROW_BITS || all->n_movies >= INT64_C(1) << PLACE_BITS) {
        PyErr_Format(PyExc_ValueError, "There are %lld people and %lld films; of each there can be %lld.", (long long)all->n_users,
                     (long long)all->n_movies, (long long)ROW_MASK);
        return 0;
    }
    int64_t users = all->n_users, movies = all->n_movies < 0 ? 0 : all->n_movies, ratings = all->n_ratings;
    all->long_columns = given[COLUMNS].len != 2 * ratings;
    all->long_rows = given[ROWS].len != 2 * ratings;
    all->n_splits = movies ? given[ROW_SPLITS].len / (4 * movies) : 0;
    if (all->n_splits && all->n_splits != (users - 1) / BLOCK) {
        PyErr_Format(PyExc_ValueError, "The rows are split in %lld places; right would be %lld, or none.", (long long)all->n_splits,
                     (long long)((users - 1) / BLOCK));
        return 0;
    }
    const int64_t right[] = {8 * (users + 1), ratings * (all->long_columns ? 4 : 2), ratings,
                             8 * (movies + 1), ratings * (all->long_rows ? 4 : 2),    ratings,
                             4 * movies * all->n_splits, 4 * users, 4 * users, 8 * users, 4 * users};
    for (int at = 0; at < N_OF_MATRIX; at++)
        if (given[at].len != right[at])
            return refuse(names[at], given[at].len, right[at]);
    all->row_starts = given[ROW_STARTS].buf;
    all->columns = given[COLUMNS].buf;
    all->half_stars = given[HALF_STARS].buf;
    all->column_starts = given[COLUMN_STARTS].buf;
    all->rows = given[ROWS].buf;
    all->column_half_stars = given[COLUMN_HALF_STARS].buf;
    all->splits = given[ROW_SPLITS].buf;
    all->counts = given[COUNTS].buf;
    all->sums = given[SUMS].buf;
    all->squares = given[SQUARES].buf;
    all->means = given[MEANS].buf;
    if (all->row_starts[users] != ratings || all->column_starts[movies] != ratings) {
        PyErr_Format(PyExc_ValueError, "The starts end at %lld and %lld; right would be the number of ratings, %lld.",
                     (long long)all->row_starts[users], (long long)all->column_starts[movies], (long long)ratings);
        return 0;
    }
    return 1;
}

static int apart_of(const Py_buffer *given, const struct matrix *all, struct apart *apart)
{
    const int64_t films = given[FILMS].len / 4, ratings = given[RATINGS].len / 4, right[] = {4 * films, 4 * (2 * all->n_users + 1), 4 * ratings};
    for (int at = 0; at < N_OF_APART; at++)
        if (given[at].len != right[at])
            return refuse(names_apart[at], given[at].len, right[at]);
    *apart = (struct apart){films, given[FILMS].buf, given[STARTS].buf, given[RATINGS].buf};
    if (films > all->n_movies || apart->starts[2 * all->n_users] != ratings) {
        PyErr_Format(PyExc_ValueError, "Apart are %lld films, and their starts end at %d; right would be at most %lld, and %lld.", (long long)films,
                     (int)apart->starts[2 * all->n_users], (long long)all->n_movies, (long long)ratings);
        return 0;
    }
    return 1;
}

static int own_of(const Py_buffer *columns, const Py_buffer *half_stars, Py_ssize_t row, const struct matrix *all, struct person *own)
{
    if (columns->len != 4 * half_stars->len)
        return refuse("own columns", columns->len, 4 * (int64_t)half_stars->len);
    const int32_t *films = columns->buf;
    const uint8_t *given = half_stars->buf;
    for (Py_ssize_t i = 0; i < half_stars->len; i++)
        if (films[i] < 0 || films[i] >= all->n_movies || given[i] > 10) {
            PyErr_Format(PyExc_ValueError, "An own rating is of column %d with %d half stars; right would be below %lld, and 10 at most.",
                         (int)films[i], (int)given[i], (long long)all->n_movies);
            return 0;
        }
    if (row < -1 || row >= all->n_users) {
        PyErr_Format(PyExc_ValueError, "The own row is %zd; right would be -1 or below %lld.", row, (long long)all->n_users);
        return 0;
    }
    *own = person_of(films, given, half_stars->len, row);
    return 1;
}

static PyObject *votes(PyObject *self, PyObject *arguments)
{
    (void)self;
    Py_buffer given[N_OF_MATRIX + N_OF_APART], columns, half_stars, sums, voters, similarities;
    Py_ssize_t row, k, many;
    double floor;
    PyObject *result = NULL;
    /* In one row: Python's parser keeps too little room for buffers in a tuple within. */
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*ndnnw*w*w*", &given[0], &given[1], &given[2], &given[3], &given[4],
                          &given[5], &given[6], &given[7], &given[8], &given[9], &given[10], &given[11], &given[12], &given[13], &columns,
                          &half_stars, &row, &floor, &k, &many, &sums, &voters, &similarities))
        return NULL;
    struct matrix all;
    struct apart apart;
    struct person own;
    if (matrix_of(given, &all) && apart_of(given + N_OF_MATRIX, &all, &apart) && own_of(&columns, &half_stars, row, &all, &own)) {
        if (sums.len != 16 * all.n_movies)
            refuse("sums", sums.len, 16 * all.n_movies);
        else if (voters.len != 2 * all.n_movies)
            refuse("voters", voters.len, 2 * all.n_movies);
        else if (similarities.len != 8 * all.n_users)
            refuse("similarities", similarities.len, 8 * all.n_users);
        else if (k < 1 || k > 8192)
            PyErr_Format(PyExc_ValueError, "There are %zd neighbours; right would be from 1 to 8192.", k);
        else if (!(floor >= 1))
            PyErr_SetString(PyExc_ValueError, "The floor of similarities is below 2^-36; right would be that or more.");
        else {
            int is_done;
            Py_BEGIN_ALLOW_THREADS
            memset(sums.buf, 0, (size_t)sums.len);
            memset(similarities.buf, 0, (size_t)similarities.len);
            is_done = !own.squared || find(&all, &apart, &own, floor, (uint64_t)k * ONE_VOTER, many, sums.buf, similarities.buf);
            tell(sums.buf, all.n_movies, voters.buf);
            Py_END_ALLOW_THREADS
            result = is_done ? Py_NewRef(Py_None) : PyErr_NoMemory();
        }
    }
    for (int at = 0; at < N_OF_MATRIX + N_OF_APART; at++)
        PyBuffer_Release(&given[at]);
    PyBuffer_Release(&columns);
    PyBuffer_Release(&half_stars);
    PyBuffer_Release(&sums);
    PyBuffer_Release(&voters);
    PyBuffer_Release(&similarities);
    return result;
}

static PyMethodDef methods[] = {
    {"instructions", instructions, METH_NOARGS, "What is made use of: 0 for nothing special, 1 AVX2, 2 AVX-512, 3 VNNI."},
    {"votes", votes, METH_VARARGS,
     "votes(*matrix, *apart, columns, half_stars, row, floor, k, many, sums, voters, similarities): see kernels.per_film."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_per_film", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__per_film(void) { return PyModuleDef_Init(&module); }
