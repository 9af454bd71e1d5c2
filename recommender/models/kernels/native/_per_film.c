/* For each film the votes of the most similar of its raters, for one person: what `kernels.per_film` does in numpy, to the same bits.

   Everything that is added up is a whole number below 2^53, so that no order of adding and no width of register changes a bit. */

#include "kernel.h"
#include <math.h>

#define NONE UINT32_MAX
#define SCALE 68719476736.0 /* 2^36: a similarity of 1 */
#define ROW_BITS 28         /* of a key: 36 bits for how far from 1 a similarity is, then the row, so that ties go to the lower */
#define ROW_MASK ((UINT64_C(1) << ROW_BITS) - 1)
#define DIGITS 4
#define DIGIT_BITS 9
#define BUCKETS (1 << DIGIT_BITS)
#define STAR_BITS 4 /* of a candidate: its rank, then the half stars */
#define SLACK 16    /* places behind an array that a wide register may write to */
#define BLOCK 65536 /* people whose rows two bytes tell apart: rows are counted from the first of their block */

/* Two sums of a person in one number: of deviations times half stars in the lower bits, of deviations in the upper. */
#define PACKED_BITS 34
#define MOST_PACKED (UINT64_C(1) << 29)
#define MOST_EXACT_MOVIES (1 << 19) /* a count of films times a sum below 2^33 is exact in a double */

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

/* Somebody who votes, in one number so that as many as can be stay near the processor: their similarity times 2^36, then their mean. */
#define MEAN_BITS 27
#define MEAN_MASK ((UINT64_C(1) << MEAN_BITS) - 1)
#define MEAN_UNIT 1.1920928955078125e-07 /* 2^-23 */

struct vote {
    double similarity, offset; /* times 2^36; what half stars times the similarity are lessened by, for the voter's mean */
};

INLINE struct vote vote_of(uint64_t voter)
{
    double similarity = (double)(int64_t)(voter >> MEAN_BITS);
    return (struct vote){similarity, rint(similarity * ((double)(int32_t)(voter & MEAN_MASK) * MEAN_UNIT))};
}

INLINE uint64_t voter_of(const struct matrix *all, uint64_t key)
{
    return ((uint64_t)SCALE - (key >> ROW_BITS)) << MEAN_BITS | (uint32_t)all->means[key & ROW_MASK];
}

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

/* Adds to everybody who rated a film what a table says of their half stars. */
INLINE void add_column(uint64_t *everybody, const struct matrix *all, int is_long, int64_t column, const uint64_t *table)
{
    for (int64_t block = 0, at, end; block <= all->n_splits; block++) {
        uint64_t *totals = everybody + block * BLOCK;
        for (segment_of(all, column, block, &at, &end); at < end; at++)
            totals[index_at(all->rows, is_long, at)] += table[all->column_half_stars[at]];
    }
}

static void add_columns(uint64_t *totals, const struct matrix *all, const struct person *own, int by_stars, int bits)
{
    for (int64_t i = 0; i < own->n; i++) {
        uint64_t deviation = (uint64_t)(own->n * own->half_stars[i] - own->sum);
        uint64_t table[16];
        if (!deviation)
            continue;
        for (uint64_t stars = 0; stars < 16; stars++)
            table[stars] = (by_stars ? deviation * stars : deviation) + (bits ? deviation << bits : 0);
        if (all->long_rows)
            add_column(totals, all, 1, own->columns[i], table);
        else
            add_column(totals, all, 0, own->columns[i], table);
    }
}

/* A similarity times 2^36, from the two sums that the dot product is made of; 0 where it is not above 0. */
static inline double similarity_of(const struct matrix *all, int64_t row, uint64_t by_stars, uint64_t alone, double own_squared)
{
    uint64_t dot = (uint64_t)all->counts[row] * by_stars - (uint64_t)all->sums[row] * alone;
    if ((int64_t)dot <= 0)
        return 0.0;
    return rint((double)(int64_t)dot / sqrt(all->squares[row] * own_squared) * SCALE);
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
#define MIDDLE __attribute__((target("avx2,popcnt")))

/* Whole numbers below 2^51, of either sign, as doubles: there is no instruction for it in AVX2 or AVX-512F. */
#define MAGIC_BITS 0x4338000000000000
#define MAGIC 6755399441055744.0

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

MIDDLE static size_t keys_middle(const struct matrix *all, const uint64_t *totals, double own_squared, double floor, uint64_t *keys)
{
    const __m256i half = _mm256_set1_epi64x((INT64_C(1) << (PACKED_BITS - 1)) ^ INT64_MIN), magic_bits = _mm256_set1_epi64x(MAGIC_BITS);
    const __m256i shifted_bias = _mm256_set1_epi64x((int64_t)((UINT64_C(1) << 63) >> PACKED_BITS));
    const __m256d magic = _mm256_set1_pd(MAGIC), own = _mm256_set1_pd(own_squared), scale = _mm256_set1_pd(SCALE);
    const __m256d least = _mm256_set1_pd(floor), zero = _mm256_setzero_pd();
    size_t n = 0;
    int64_t row = 0;
    for (; row + 4 <= all->n_users; row += 4) {
        __m256i packed = _mm256_loadu_si256((const __m256i *)(totals + row));
        if (_mm256_testz_si256(packed, packed))
            continue;
        __m256i alone = _mm256_sub_epi64(_mm256_srli_epi64(_mm256_add_epi64(packed, half), PACKED_BITS), shifted_bias);
        __m256i by_stars = _mm256_sub_epi64(packed, _mm256_slli_epi64(alone, PACKED_BITS));
        __m256d first = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(by_stars, magic_bits)), magic);
        __m256d second = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(alone, magic_bits)), magic);
        __m256d counts = _mm256_cvtepi32_pd(_mm_loadu_si128((const __m128i *)(all->counts + row)));
        __m256d sums = _mm256_cvtepi32_pd(_mm_loadu_si128((const __m128i *)(all->sums + row)));
        __m256d dot = _mm256_sub_pd(_mm256_mul_pd(counts, first), _mm256_mul_pd(sums, second));
        if (!_mm256_movemask_pd(_mm256_cmp_pd(dot, zero, _CMP_GT_OQ)))
            continue;
        __m256d norm = _mm256_sqrt_pd(_mm256_mul_pd(_mm256_loadu_pd(all->squares + row), own));
        __m256d found = _mm256_round_pd(_mm256_mul_pd(_mm256_div_pd(dot, norm), scale), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        int alike = _mm256_movemask_pd(_mm256_and_pd(_mm256_cmp_pd(found, least, _CMP_GE_OQ), _mm256_cmp_pd(dot, zero, _CMP_GT_OQ)));
        double values[4];
        _mm256_storeu_pd(values, found);
        for (; alike; alike &= alike - 1) {
            int at = __builtin_ctz((unsigned)alike);
            keys[n++] = key_of(values[at], row + at);
        }
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
        if (all->n_movies < MOST_EXACT_MOVIES) {
            enum instructions there = chosen_instructions();
            if (there >= AVX512)
                return keys_wide(all, totals, own->squared, floor, keys);
            if (there >= AVX2)
                return keys_middle(all, totals, own->squared, floor, keys);
        }
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

/* What is found: for each film the sum of votes and of similarities, both times 2^36, and how many voted. */
struct found {
    double *sums; /* two for each film */
    uint16_t *voters;
};

/* The films that people vote on in turn, a bit each, until they have k votes. */
struct open {
    uint32_t *bits;
    int64_t n;
};

#define BIT_OF(film) (UINT32_C(1) << ((film) & 31))

static void open_hot(const struct matrix *all, int64_t hot, struct open *open)
{
    open->n = 0;
    memset(open->bits, 0, sizeof(uint32_t) * (size_t)(all->n_movies / 32 + 1));
    for (int64_t film = 0; film < all->n_movies; film++)
        if (all->column_starts[film + 1] - all->column_starts[film] >= hot) {
            open->bits[film >> 5] |= BIT_OF(film);
            open->n++;
        }
}

INLINE void add_vote(const struct vote *vote, uint32_t film, double half_stars, uint16_t k, struct open *open, struct found *found)
{
    found->sums[2 * film] += vote->similarity * half_stars - vote->offset;
    found->sums[2 * film + 1] += vote->similarity;
    if (++found->voters[film] == k) {
        open->bits[film >> 5] &= ~BIT_OF(film);
        open->n--;
    }
}

/* Lets one person vote on the open films among those they have rated. */
INLINE void vote_once(const struct matrix *all, int is_long, int64_t at, int64_t end, const struct vote *vote, uint16_t k, struct open *open,
                      struct found *found)
{
    for (; at < end; at++) {
        uint32_t film = index_at(all->columns, is_long, at);
        if (open->bits[film >> 5] & BIT_OF(film))
            add_vote(vote, film, all->half_stars[at], k, open, found);
    }
}

#ifdef MATINEE_X86
WIDE INLINE void vote_once_wide(const struct matrix *all, int is_long, int64_t at, int64_t end, const struct vote *vote, uint16_t k,
                                struct open *open, struct found *found)
{
    const __m512i within = _mm512_set1_epi32(31), one = _mm512_set1_epi32(1);
    for (; at < end; at += 16) {
        __mmask16 there = end - at < 16 ? (__mmask16)((1u << (end - at)) - 1) : (__mmask16)0xffff;
        __m512i films = is_long ? _mm512_maskz_loadu_epi32(there, (const uint32_t *)all->columns + at)
                                : _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(there, (const uint16_t *)all->columns + at));
        __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), there, _mm512_srli_epi32(films, 5), open->bits, 4);
        unsigned wanted = _mm512_test_epi32_mask(words, _mm512_sllv_epi32(one, _mm512_and_si512(films, within)));
        for (; wanted; wanted &= wanted - 1) {
            int64_t here = at + __builtin_ctz(wanted);
            add_vote(vote, index_at(all->columns, is_long, here), all->half_stars[here], k, open, found);
        }
    }
}

MIDDLE INLINE void vote_once_middle(const struct matrix *all, int is_long, int64_t at, int64_t end, const struct vote *vote, uint16_t k,
                                    struct open *open, struct found *found)
{
    const __m256i top = _mm256_set1_epi32(31);
    for (; at + 8 <= end; at += 8) {
        __m256i films = is_long ? _mm256_loadu_si256((const __m256i *)((const uint32_t *)all->columns + at))
                                : _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)((const uint16_t *)all->columns + at)));
        __m256i words = _mm256_i32gather_epi32((const int *)open->bits, _mm256_srli_epi32(films, 5), 4);
        /* The wanted bit goes to the top: by 31 less its place, which is the place with its bits turned round. */
        __m256i moved = _mm256_sllv_epi32(words, _mm256_andnot_si256(films, top));
        unsigned wanted = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(moved));
        for (; wanted; wanted &= wanted - 1) {
            int64_t here = at + __builtin_ctz(wanted);
            add_vote(vote, index_at(all->columns, is_long, here), all->half_stars[here], k, open, found);
        }
    }
    vote_once(all, is_long, at, end, vote, k, open, found);
}
#endif

/* Asks for the beginning of what is needed soon. */
INLINE void fetch(const char *items, int64_t from, int64_t to, int64_t size)
{
    const char *end = items + to * size, *most = items + from * size + 512;
    for (const char *line = items + from * size; line < end && line < most; line += 64)
        __builtin_prefetch(line);
}

/* Lets people vote one after the other, most similar first, until no film is open or so many ratings are looked at. */
#define SCANNING(name, target, vote_once)                                                                                                    \
    target INLINE void name##_of(const struct matrix *all, int is_long, const uint64_t *keys, const uint64_t *voters, size_t n, uint16_t k, \
                                 int64_t most, struct open *open, struct found *found)                                                       \
    {                                                                                                                                        \
        for (size_t i = 0; i < n && open->n && most >= 0; i++) {                                                                             \
            if (i + 16 < n)                                                                                                                  \
                __builtin_prefetch(all->row_starts + (keys[i + 16] & ROW_MASK));                                                             \
            if (i + 8 < n) {                                                                                                                 \
                int64_t ahead = all->row_starts[keys[i + 8] & ROW_MASK], next = all->row_starts[(keys[i + 8] & ROW_MASK) + 1];               \
                fetch((const char *)all->columns, ahead, next, is_long ? 4 : 2);                                                             \
                fetch((const char *)all->half_stars, ahead, next, 1);                                                                        \
            }                                                                                                                                \
            int64_t row = (int64_t)(keys[i] & ROW_MASK);                                                                                     \
            struct vote vote = vote_of(voters[i]);                                                                                           \
            vote_once(all, is_long, all->row_starts[row], all->row_starts[row + 1], &vote, k, open, found);                                  \
            most -= all->row_starts[row + 1] - all->row_starts[row];                                                                         \
        }                                                                                                                                    \
    }                                                                                                                                        \
    target static void name(const struct matrix *all, const uint64_t *keys, const uint64_t *voters, size_t n, uint16_t k, int64_t most,    \
                            struct open *open, struct found *found)                                                                          \
    {                                                                                                                                        \
        if (all->long_columns)                                                                                                               \
            name##_of(all, 1, keys, voters, n, k, most, open, found);                                                                         \
        else                                                                                                                                 \
            name##_of(all, 0, keys, voters, n, k, most, open, found);                                                                         \
    }

SCANNING(scan, , vote_once)
#ifdef MATINEE_X86
SCANNING(scan_wide, WIDE, vote_once_wide)
SCANNING(scan_middle, MIDDLE, vote_once_middle)
#endif

/* The raters of a film whose rank is below the limit, as candidates: rank, then half stars. */
INLINE size_t candidates_of(const uint32_t *ranks, const void *rows, int is_long, const uint8_t *stars, int64_t from, int64_t to, uint32_t limit,
                            uint32_t *into)
{
    size_t n = 0;
    for (int64_t at = from; at < to; at++) {
        uint32_t rank = ranks[index_at(rows, is_long, at)];
        into[n] = rank << STAR_BITS | stars[at];
        n += rank < limit;
    }
    return n;
}

/* Where the k-th lowest of many numbers is looked for: fewer than k of them are under low, k or more are not above high. The next place to cut is guessed from how many lie on either side, and every third one is the middle, so that no data make it long. */
struct search {
    uint32_t low, high;
    size_t below, above; /* how many are under low, and how many are not above high */
    unsigned cuts;
};

INLINE uint32_t next_cut(struct search *search, size_t k)
{
    uint64_t width = search->high - search->low, share = k - search->below, all = search->above - search->below;
    if (++search->cuts % 3 == 0)
        return search->low + (uint32_t)(width / 2);
    uint64_t step = width * share / all;
    return search->low + (uint32_t)(step < width ? step : width - 1);
}

/* Narrows the search by how many are not above a cut; whether it has ended, with the k-th at or below high and no other number between. */
INLINE int narrowed(struct search *search, uint32_t cut, size_t count, size_t k)
{
    if (count < k) {
        search->low = cut + 1;
        search->below = count;
    } else {
        search->high = cut;
        search->above = count;
    }
    return count == k || search->low >= search->high;
}

/* Moves the k lowest of n different numbers to the front, k < n. */
INLINE void select_lowest(uint32_t *values, size_t n, size_t k)
{
    struct search search = {UINT32_MAX, 0, 0, n, 0};
    for (size_t i = 0; i < n; i++) {
        search.low = values[i] < search.low ? values[i] : search.low;
        search.high = values[i] > search.high ? values[i] : search.high;
    }
    for (;;) {
        uint32_t cut = next_cut(&search, k), count = 0;
        for (size_t i = 0; i < n; i++)
            count += values[i] <= cut;
        if (narrowed(&search, cut, count, k))
            break;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t value = values[i];
        values[kept] = value;
        kept += value <= search.high;
    }
}

static void add_votes(const uint64_t *voters, const uint32_t *candidates, size_t n, double *sums)
{
    double total = 0.0, weight = 0.0;
    for (size_t i = 0; i < n; i++) {
        struct vote vote = vote_of(voters[candidates[i] >> STAR_BITS]);
        total += vote.similarity * (candidates[i] & ((1 << STAR_BITS) - 1)) - vote.offset;
        weight += vote.similarity;
    }
    sums[0] = total;
    sums[1] = weight;
}

/* Adds the votes of all of some raters who are anybody's neighbours at all; how many. by_row: who votes, 0 for whoever does not. */
INLINE uint16_t add_all(const struct matrix *all, int is_long, const uint64_t *by_row, int64_t from, int64_t to, double *sums)
{
    double total = 0.0, weight = 0.0;
    uint16_t n = 0;
    for (int64_t at = from; at < to; at++) {
        uint64_t voter = by_row[index_at(all->rows, is_long, at)];
        if (voter) {
            struct vote vote = vote_of(voter);
            total += vote.similarity * all->column_half_stars[at] - vote.offset;
            weight += vote.similarity;
            n++;
        }
    }
    sums[0] += total;
    sums[1] += weight;
    return n;
}

#ifdef MATINEE_X86
WIDE INLINE __m512i sixteen(const void *indices, int is_long, __mmask16 there, int64_t at)
{
    return is_long ? _mm512_maskz_loadu_epi32(there, (const uint32_t *)indices + at)
                   : _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(there, (const uint16_t *)indices + at));
}

WIDE INLINE size_t candidates_wide(const uint32_t *ranks, const void *rows, int is_long, const uint8_t *stars, int64_t from, int64_t to,
                                   uint32_t limit, uint32_t *into)
{
    const __m512i limits = _mm512_set1_epi32((int)limit);
    size_t n = 0;
    for (; from < to; from += 16) {
        __mmask16 there = to - from < 16 ? (__mmask16)((1u << (to - from)) - 1) : (__mmask16)0xffff;
        __m512i who = sixteen(rows, is_long, there, from);
        __m512i rank = _mm512_mask_i32gather_epi32(limits, there, who, ranks, 4);
        __mmask16 low = _mm512_mask_cmplt_epu32_mask(there, rank, limits);
        if (!low)
            continue;
        __m512i given = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(low, stars + from));
        __m512i made = _mm512_or_si512(_mm512_slli_epi32(rank, STAR_BITS), given);
        _mm512_storeu_si512(into + n, _mm512_maskz_compress_epi32(low, made));
        n += (size_t)_mm_popcnt_u32(low);
    }
    return n;
}

MIDDLE INLINE size_t candidates_middle(const uint32_t *ranks, const void *rows, int is_long, const uint8_t *stars, int64_t from, int64_t to,
                                       uint32_t limit, uint32_t *into)
{
    const __m256i limits = _mm256_set1_epi32((int)limit);
    size_t n = 0;
    for (; from + 8 <= to; from += 8) {
        __m256i who = is_long ? _mm256_loadu_si256((const __m256i *)((const uint32_t *)rows + from))
                              : _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)((const uint16_t *)rows + from)));
        __m256i rank = _mm256_i32gather_epi32((const int *)ranks, who, 4);
        /* NONE is -1 here, which is no rank. */
        __m256i below = _mm256_cmpgt_epi32(limits, rank);
        unsigned low = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_andnot_si256(rank, below)));
        if (!low)
            continue;
        uint32_t found[8];
        _mm256_storeu_si256((__m256i *)found, rank);
        for (; low; low &= low - 1) {
            int at = __builtin_ctz(low);
            into[n++] = found[at] << STAR_BITS | stars[from + at];
        }
    }
    return n + candidates_of(ranks, rows, is_long, stars, from, to, limit, into + n);
}

/* The same, a register of them at a time. values: with SLACK behind. */
WIDE static void select_wide(uint32_t *values, size_t n, size_t k)
{
    size_t registers = (n + 15) / 16;
    for (size_t at = n; at < registers * 16; at++)
        values[at] = NONE;
    __m512i least = _mm512_set1_epi32(-1), most = _mm512_setzero_si512();
    for (size_t at = 0; at < registers; at++) {
        __m512i some = _mm512_loadu_si512(values + 16 * at);
        least = _mm512_min_epu32(least, some);
        most = _mm512_mask_max_epu32(most, _mm512_cmpneq_epi32_mask(some, _mm512_set1_epi32(-1)), most, some);
    }
    struct search search = {_mm512_reduce_min_epu32(least), _mm512_reduce_max_epu32(most), 0, n, 0};
    for (;;) {
        uint32_t cut = next_cut(&search, k);
        __m512i limit = _mm512_set1_epi32((int)cut);
        size_t count = 0;
        for (size_t at = 0; at < registers; at++)
            count += (size_t)_mm_popcnt_u32(_mm512_cmple_epu32_mask(_mm512_loadu_si512(values + 16 * at), limit));
        if (narrowed(&search, cut, count, k))
            break;
    }
    __m512i limit = _mm512_set1_epi32((int)search.high);
    size_t kept = 0;
    for (size_t at = 0; at < registers; at++) {
        __m512i some = _mm512_loadu_si512(values + 16 * at);
        __mmask16 near = _mm512_cmple_epu32_mask(some, limit);
        _mm512_storeu_si512(values + kept, _mm512_maskz_compress_epi32(near, some));
        kept += (size_t)_mm_popcnt_u32(near);
    }
}

/* Adds the votes of eight voters, or fewer: those that are not there are 0, and add nothing. */
WIDE INLINE void add_eight(__m512i voters, __m256i half_stars, __m512d *total, __m512d *weight)
{
    const __m512i magic_bits = _mm512_set1_epi64(MAGIC_BITS);
    const __m512d magic = _mm512_set1_pd(MAGIC), unit = _mm512_set1_pd(MEAN_UNIT);
    __m512d similarity = _mm512_sub_pd(_mm512_castsi512_pd(_mm512_add_epi64(_mm512_srli_epi64(voters, MEAN_BITS), magic_bits)), magic);
    __m512i means = _mm512_and_si512(voters, _mm512_set1_epi64(MEAN_MASK));
    __m512d mean = _mm512_mul_pd(_mm512_sub_pd(_mm512_castsi512_pd(_mm512_add_epi64(means, magic_bits)), magic), unit);
    __m512d offset = _mm512_roundscale_pd(_mm512_mul_pd(similarity, mean), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    *total = _mm512_add_pd(*total, _mm512_sub_pd(_mm512_mul_pd(similarity, _mm512_cvtepi32_pd(half_stars)), offset));
    *weight = _mm512_add_pd(*weight, similarity);
}

WIDE static void add_votes_wide(const uint64_t *voters, const uint32_t *candidates, size_t n, double *sums)
{
    __m512d total = _mm512_setzero_pd(), weight = _mm512_setzero_pd();
    for (size_t i = 0; i < n; i += 8) {
        __mmask8 there = n - i < 8 ? (__mmask8)((1u << (n - i)) - 1) : (__mmask8)0xff;
        __m256i some = _mm256_maskz_loadu_epi32(there, candidates + i);
        __m512i who = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), there, _mm256_srli_epi32(some, STAR_BITS), voters, 8);
        add_eight(who, _mm256_and_si256(some, _mm256_set1_epi32((1 << STAR_BITS) - 1)), &total, &weight);
    }
    sums[0] = _mm512_reduce_add_pd(total);
    sums[1] = _mm512_reduce_add_pd(weight);
}

WIDE INLINE uint16_t add_all_wide(const struct matrix *all, int is_long, const uint64_t *by_row, int64_t from, int64_t to, double *sums)
{
    __m512d total = _mm512_setzero_pd(), weight = _mm512_setzero_pd();
    unsigned n = 0;
    for (; from < to; from += 8) {
        __mmask8 there = to - from < 8 ? (__mmask8)((1u << (to - from)) - 1) : (__mmask8)0xff;
        __m256i rows = is_long ? _mm256_maskz_loadu_epi32(there, (const uint32_t *)all->rows + from)
                               : _mm256_cvtepu16_epi32(_mm_maskz_loadu_epi16(there, (const uint16_t *)all->rows + from));
        __m512i voters = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), there, rows, by_row, 8);
        unsigned voting = _mm512_test_epi64_mask(voters, voters);
        if (!voting)
            continue;
        add_eight(voters, _mm256_cvtepu8_epi32(_mm_maskz_loadu_epi8(there, all->column_half_stars + from)), &total, &weight);
        n += (unsigned)_mm_popcnt_u32(voting);
    }
    if (n) {
        sums[0] += _mm512_reduce_add_pd(total);
        sums[1] += _mm512_reduce_add_pd(weight);
    }
    return (uint16_t)n;
}
#endif

/* Everybody similar enough. by_rank: who votes, n of them. ranks: for each row, NONE for whoever is not similar. by_row: who votes, 0 for
   the others. */
struct people {
    size_t n;
    const uint64_t *by_rank, *by_row;
    const uint32_t *ranks;
};

/* How many times as many people are looked at first as would do, were a film's raters spread evenly over them. Learned from film to film. */
#define FIRST_REACH 3.0

/* Asks for the first raters of a film that comes soon. */
INLINE void fetch_film(const struct matrix *all, int is_long, int64_t film)
{
    if (film < all->n_movies) {
        __builtin_prefetch((const char *)all->rows + all->column_starts[film] * (is_long ? 4 : 2));
        __builtin_prefetch(all->column_half_stars + all->column_starts[film]);
    }
}

/* Lets every film that is not filled yet ask its raters, block by block of people. into: room for as many candidates as there are people. */
#define GATHERING(name, target, candidates, select, add, add_all)                                                                           \
    target INLINE size_t name##_candidates(const struct matrix *all, int is_long, const uint32_t *ranks, int64_t film, uint32_t limit,      \
                                           uint32_t *into)                                                                                  \
    {                                                                                                                                       \
        size_t n = 0;                                                                                                                       \
        for (int64_t block = 0, from, to; block <= all->n_splits; block++) {                                                                \
            segment_of(all, film, block, &from, &to);                                                                                       \
            n += candidates(ranks + block * BLOCK, all->rows, is_long, all->column_half_stars, from, to, limit, into + n);                  \
        }                                                                                                                                   \
        return n;                                                                                                                           \
    }                                                                                                                                       \
    target INLINE void name##_of(const struct matrix *all, int is_long, const struct people *people, uint16_t k, uint32_t *into,            \
                                 struct found *found)                                                                                       \
    {                                                                                                                                       \
        double reach = FIRST_REACH, n = (double)people->n;                                                                                  \
        /* In two goes, so that what the one looks up does not drive out what the other does. */                                            \
        for (int64_t film = 0; film < all->n_movies; film++) {                                                                              \
            int64_t from = all->column_starts[film], to = all->column_starts[film + 1];                                                     \
            uint16_t voters = 0;                                                                                                            \
            if (from == to || to - from > k || found->voters[film] == k)                                                                    \
                continue;                                                                                                                   \
            fetch_film(all, is_long, film + 16);                                                                                            \
            found->sums[2 * film] = found->sums[2 * film + 1] = 0.0;                                                                        \
            for (int64_t block = 0; block <= all->n_splits; block++) {                                                                      \
                segment_of(all, film, block, &from, &to);                                                                                   \
                if (from < to)                                                                                                              \
                    voters += add_all(all, is_long, people->by_row + block * BLOCK, from, to, found->sums + 2 * film);                      \
            }                                                                                                                               \
            found->voters[film] = voters;                                                                                                   \
        }                                                                                                                                   \
        for (int64_t film = 0; film < all->n_movies; film++) {                                                                              \
            int64_t raters = all->column_starts[film + 1] - all->column_starts[film];                                                       \
            double *sums = found->sums + 2 * film;                                                                                          \
            if (raters <= k || found->voters[film] == k)                                                                                    \
                continue;                                                                                                                   \
            double limit = reach * k * n / (double)raters;                                                                                  \
            limit = limit < n ? limit : n;                                                                                                  \
            size_t count = name##_candidates(all, is_long, people->ranks, film, (uint32_t)limit, into);                                     \
            reach *= count < k ? 1.0625 : 0.998;                                                                                            \
            while (count < k && limit < n) {                                                                                                \
                limit = 3 * limit < n ? 3 * limit : n;                                                                                      \
                count = name##_candidates(all, is_long, people->ranks, film, (uint32_t)limit, into);                                        \
            }                                                                                                                               \
            if (count > k) {                                                                                                                \
                select(into, count, k);                                                                                                     \
                count = k;                                                                                                                  \
            }                                                                                                                               \
            add(people->by_rank, into, count, sums);                                                                                        \
            found->voters[film] = (uint16_t)count;                                                                                          \
        }                                                                                                                                   \
    }                                                                                                                                       \
    target static void name(const struct matrix *all, const struct people *people, uint16_t k, uint32_t *into, struct found *found)         \
    {                                                                                                                                       \
        if (all->long_rows)                                                                                                                 \
            name##_of(all, 1, people, k, into, found);                                                                                      \
        else                                                                                                                                \
            name##_of(all, 0, people, k, into, found);                                                                                      \
    }

GATHERING(gather, , candidates_of, select_lowest, add_votes, add_all)
#ifdef MATINEE_X86
GATHERING(gather_wide, WIDE, candidates_wide, select_wide, add_votes_wide, add_all_wide)
GATHERING(gather_middle, MIDDLE, candidates_middle, select_lowest, add_votes, add_all)
#endif

/* All of it for one person, into sums and voters, which are empty. False if there is no memory. */
static int find(const struct matrix *all, const struct person *own, double floor, uint16_t k, int64_t hot, int64_t most, struct found *found)
{
    size_t rows = (size_t)all->n_users + SLACK, words = (size_t)all->n_movies / 32 + 1;
    uint64_t *keys = malloc(rows * (4 * sizeof *keys + sizeof(uint32_t)) + sizeof(uint32_t) * (DIGITS * BUCKETS + words));
    if (!keys)
        return 0;
    uint64_t *totals = keys + rows; /* two for each row; the second is done with when the keys are there */
    uint64_t *by_row = totals + rows, *by_rank = by_row + rows;
    uint32_t *ranks = (uint32_t *)(by_rank + rows), *buckets = ranks + rows;
    struct open open = {buckets + DIGITS * BUCKETS, 0};
    size_t n = keys_of(all, own, floor, totals, keys);
    memset(by_row, 0, sizeof *by_row * (size_t)all->n_users);
    for (size_t i = 0; i < n; i++)
        by_row[keys[i] & ROW_MASK] = voter_of(all, keys[i]);
    uint64_t *order = sorted(keys, totals, n, buckets);
    memset(ranks, 0xff, sizeof *ranks * (size_t)all->n_users);
    for (size_t i = 0; i < n; i++) {
        by_rank[i] = by_row[order[i] & ROW_MASK];
        ranks[order[i] & ROW_MASK] = (uint32_t)i;
    }
    open_hot(all, hot, &open);
    struct people people = {n, by_rank, by_row, ranks};
    uint32_t *candidates = (uint32_t *)(order == keys ? totals : keys);
    enum instructions there = chosen_instructions();
#ifdef MATINEE_X86
    if (there >= AVX512) {
        scan_wide(all, order, by_rank, n, k, most, &open, found);
        gather_wide(all, &people, k, candidates, found);
    } else if (there >= AVX2) {
        scan_middle(all, order, by_rank, n, k, most, &open, found);
        gather_middle(all, &people, k, candidates, found);
    }
#endif
    if (there == GENERIC) {
        scan(all, order, by_rank, n, k, most, &open, found);
        gather(all, &people, k, candidates, found);
    }
    free(keys);
    return 1;
}

/* What Python hands in, and what is said where it does not fit. */
enum { ROW_STARTS, COLUMNS, HALF_STARS, COLUMN_STARTS, ROWS, COLUMN_HALF_STARS, ROW_SPLITS, COUNTS, SUMS, SQUARES, MEANS, N_OF_MATRIX };
static const char *const names[] = {"row_starts", "columns", "half_stars", "column_starts", "rows", "column_half_stars",
                                    "row_splits", "counts",  "sums",       "squares",       "means"};

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
    if (all->n_users >= INT64_C(1) << ROW_BITS) {
        PyErr_Format(PyExc_ValueError, "There are %lld people; at most %lld can be.", (long long)all->n_users, (long long)ROW_MASK);
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
    Py_buffer given[N_OF_MATRIX], columns, half_stars, sums, voters;
    Py_ssize_t row, k, hot, most;
    double floor;
    PyObject *result = NULL;
    /* In one row: Python's parser keeps too little room for buffers in a tuple within. */
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*y*y*y*y*y*y*y*y*y*ndnnnw*w*", &given[0], &given[1], &given[2], &given[3], &given[4], &given[5],
                          &given[6], &given[7], &given[8], &given[9], &given[10], &columns, &half_stars, &row, &floor, &k, &hot, &most, &sums, &voters))
        return NULL;
    struct matrix all;
    struct person own;
    if (matrix_of(given, &all) && own_of(&columns, &half_stars, row, &all, &own)) {
        if (sums.len != 16 * all.n_movies)
            refuse("sums", sums.len, 16 * all.n_movies);
        else if (voters.len != 2 * all.n_movies)
            refuse("voters", voters.len, 2 * all.n_movies);
        else if (k < 1 || k > 8192)
            PyErr_Format(PyExc_ValueError, "There are %zd neighbours; right would be from 1 to 8192.", k);
        else if (!(floor >= 1))
            PyErr_SetString(PyExc_ValueError, "The floor of similarities is below 2^-36; right would be that or more.");
        else {
            struct found found = {sums.buf, voters.buf};
            int is_done;
            Py_BEGIN_ALLOW_THREADS
            memset(sums.buf, 0, (size_t)sums.len);
            memset(voters.buf, 0, (size_t)voters.len);
            is_done = !own.squared || find(&all, &own, floor, (uint16_t)k, hot, most, &found);
            Py_END_ALLOW_THREADS
            result = is_done ? Py_NewRef(Py_None) : PyErr_NoMemory();
        }
    }
    for (int at = 0; at < N_OF_MATRIX; at++)
        PyBuffer_Release(&given[at]);
    PyBuffer_Release(&columns);
    PyBuffer_Release(&half_stars);
    PyBuffer_Release(&sums);
    PyBuffer_Release(&voters);
    return result;
}

static PyMethodDef methods[] = {
    {"instructions", instructions, METH_NOARGS, "What is made use of: 0 for nothing special, 1 AVX2, 2 AVX-512, 3 VNNI."},
    {"votes", votes, METH_VARARGS,
     "votes(*matrix, columns, half_stars, row, floor, k, hot, most, sums, voters): see kernels.per_film."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_per_film", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__per_film(void) { return PyModuleDef_Init(&module); }
