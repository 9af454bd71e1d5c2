/* Everybody's nearest neighbours, and the lists that follow from them.

   People stand by how much they have rated, and of any two the one with fewer ratings is walked: the other is one of STRIP people who lie in a
   table of bytes, a row for each film and a byte for each of them. A walk adds up the rows of the films that somebody gave the same stars, four
   at a time (a packet), and multiplies the sum by the stars: so a pair costs a 64th of an addition for each rating of the one who has fewer,
   however popular the films are. What may be among somebody's nearest is found by floats with some slack, and decided by a key that holds the
   exact similarity and the row. */

#include "kernel.h"
#include <math.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Bytes are added up in pairs, the lower one first; where they lie otherwise, numpy and scipy do the work."
#endif

enum {
    STRIP = 128,        /* people in the table */
    WIDE = 64,          /* bytes of a vector */
    VECTORS = STRIP / WIDE,
    FILMS = 4,          /* in a packet */
    MOST_STARS = 10,    /* half stars */
    UNFLUSHED = 160,    /* packets until a sum of 16 bits may overflow: each adds up to 4 * 10 * 10 */
    WAITING = 4096,     /* pairs found that wait to be looked at */
    PAGE_BITS = 16,     /* films are counted in pages, so that one takes two bytes */
    SIMILARITY_BITS = 36,
    ROW_BITS = 27,
    SHELF = 8,           /* films whose sums are looked at together */
    AHEAD = 2,           /* neighbours */
    BOUNDS = 1 << 8,     /* sums take 53 bits, and this */
    MOST_DAMPING = 1 << 13,
    MOST_NEIGHBOURS = 1 << 13, /* of whom sums take no more than 53 bits */
};

#define MOST_PEOPLE ((Py_ssize_t)1 << ROW_BITS)
#define PAGE ((Py_ssize_t)1 << PAGE_BITS)
#define MOST_RANKS ((Py_ssize_t)(UINT32_MAX / STRIP))
#define SLACK 1e-6f /* more than the relative error of a cosine in floats */

typedef uint8_t bytes __attribute__((vector_size(WIDE), aligned(WIDE), may_alias));
typedef uint16_t words __attribute__((vector_size(WIDE), aligned(WIDE), may_alias));
typedef uint32_t numbers __attribute__((vector_size(WIDE), aligned(WIDE), may_alias));

/* Films, by rank, to which one person gave the same stars. The first rank of a page is no film: it fills up the last packet of a kind. */
struct packet {
    uint16_t kind; /* half stars in the lower four bits, the films' page above */
    uint16_t films[FILMS];
};

static inline size_t rank_of(const struct packet *packet, int at) { return ((size_t)(packet->kind >> 4) << PAGE_BITS) + packet->films[at]; }

static inline uint64_t key_of(double similarity, int64_t row)
{
    return ((uint64_t)llrint(similarity * (double)(1LL << SIMILARITY_BITS)) << ROW_BITS) | (uint64_t)(MOST_PEOPLE - 1 - row);
}

static inline int64_t row_of(uint64_t key) { return MOST_PEOPLE - 1 - (int64_t)(key & (MOST_PEOPLE - 1)); }

static inline int64_t weight_of(uint64_t key) { return (int64_t)(key >> ROW_BITS); } /* the similarity in multiples of 2^-SIMILARITY_BITS */

/* Where in a row of the table the person of a lane lies: so that bytes 4i, 4i + 1, ... become lane i of four vectors of numbers. */
static inline size_t byte_of(size_t lane)
{
    size_t within = lane % WIDE;
    return lane - within + within % (WIDE / 4) * 4 + within / (WIDE / 4);
}

/* ---- everybody ------------------------------------------------------------------------------------------------------------------------ */

struct everybody {
    Py_ssize_t n_people, n_ranks, k, room;
    const int32_t *order;          /* who stands where: rows by their number of ratings */
    const int64_t *packet_starts;  /* by place */
    const struct packet *packets;
    const int64_t *squared;        /* by place */
    uint64_t *keys;                /* by place, `room` each: the nearest so far, and others */
    int32_t *counts;               /* keys that there are */
    uint64_t *floors;              /* a key that is not above it is not among the k highest */
    float *limits;                 /* nor is a similarity in floats below this */
};

/* Put the k highest first. */
static void select_highest(uint64_t *keys, size_t n, size_t k, uint64_t *spare)
{
    while (n > k && k) {
        uint64_t low = keys[0], middle = keys[n / 2], high = keys[n - 1], swapped;
        if (low > middle)
            swapped = low, low = middle, middle = swapped;
        if (middle > high)
            middle = low > high ? low : high;
        size_t above = 0, others = 0; /* no branch: what is above is as likely as not */
        for (size_t at = 0; at < n; at++) {
            uint64_t key = keys[at];
            spare[others] = key;
            keys[above] = key;
            above += key > middle;
            others += key <= middle;
        }
        memcpy(keys + above, spare, others * sizeof *keys);
        if (above >= k) {
            n = above;
            continue;
        }
        /* The middle one itself is next. */
        for (size_t at = above; at < n; at++)
            if (keys[at] == middle) {
                keys[at] = keys[above];
                keys[above] = middle;
                break;
            }
        keys += above + 1, n -= above + 1, k -= above + 1;
    }
}

static void prune(struct everybody *all, Py_ssize_t place, uint64_t *spare)
{
    uint64_t *keys = all->keys + place * all->room, least = UINT64_MAX;
    select_highest(keys, (size_t)all->counts[place], (size_t)all->k, spare);
    for (Py_ssize_t at = 0; at < all->k; at++)
        least = keys[at] < least ? keys[at] : least;
    double similarity = (double)(weight_of(least) - 1) / (double)(1LL << SIMILARITY_BITS); /* one less for what was rounded up */
    float limit = (float)similarity * (1 - SLACK);
    all->counts[place] = (int32_t)all->k;
    all->floors[place] = least;
    if (limit > all->limits[place])
        all->limits[place] = limit;
}

static inline void offer(struct everybody *all, Py_ssize_t place, uint64_t key, uint64_t *spare)
{
    if (key <= all->floors[place])
        return;
    all->keys[place * all->room + all->counts[place]++] = key;
    if (all->counts[place] == all->room)
        prune(all, place, spare);
}

/* ---- one strip meets many people ---------------------------------------------------------------------------------------------------- */

struct pair {
    uint32_t walker, lane, dot;
};

struct strip {
    Py_ssize_t first, end;  /* places */
    uint8_t *table;         /* row by row, STRIP bytes each; row 0 stays empty */
    uint32_t *rows;         /* of the table, by rank, counted in bytes; 0 for a film that nobody here has rated */
    uint32_t *ranks;        /* by row */
    uint32_t n_rows;
    uint32_t dots[STRIP] __attribute__((aligned(WIDE)));
    float norms[STRIP] __attribute__((aligned(WIDE)));  /* by lane; infinite where nobody stands */
    float limits[STRIP] __attribute__((aligned(WIDE))); /* the same */
    size_t n_waiting;
    struct pair waiting[WAITING + STRIP];
    uint64_t *spare;
};

static void write_table(const struct everybody *all, struct strip *strip)
{
    for (; strip->n_rows > 1; strip->n_rows--)
        strip->rows[strip->ranks[strip->n_rows - 1]] = 0;
    for (Py_ssize_t place = strip->first; place < strip->end; place++) {
        uint8_t *column = strip->table + byte_of((size_t)(place - strip->first));
        for (int64_t at = all->packet_starts[place]; at < all->packet_starts[place + 1]; at++) {
            const struct packet *packet = all->packets + at;
            for (int film = 0; film < FILMS && packet->films[film]; film++) {
                size_t rank = rank_of(packet, film);
                uint32_t row = strip->rows[rank];
                if (!row) {
                    strip->ranks[strip->n_rows] = (uint32_t)rank;
                    row = strip->rows[rank] = strip->n_rows++ * STRIP;
                    memset(strip->table + row, 0, STRIP);
                }
                column[row] = packet->kind & 15;
            }
        }
    }
}

static void read_limits(const struct everybody *all, struct strip *strip)
{
    for (Py_ssize_t lane = 0; lane < STRIP; lane++) {
        Py_ssize_t place = strip->first + lane;
        int there = place < strip->end && all->squared[place] > 0;
        strip->norms[lane] = there ? (float)sqrt((double)all->squared[place]) : INFINITY;
        strip->limits[lane] = there ? all->limits[place] * strip->norms[lane] : INFINITY;
    }
}

/* The dot products of a walker with the strip, by lane. */
static inline __attribute__((always_inline)) void walk(const struct packet *packet, const struct packet *end, struct strip *strip)
{
    const uint8_t *table = strip->table;
    const uint32_t *rows = strip->rows;
    numbers *dots = (numbers *)strip->dots;
    for (size_t at = 0; at < STRIP * sizeof(uint32_t) / WIDE; at++)
        dots[at] = (numbers){0};
    while (packet < end) {
        const struct packet *stop = end - packet > UNFLUSHED ? packet + UNFLUSHED : end;
        words even[VECTORS] = {{0}}, odd[VECTORS] = {{0}};
        for (; packet < stop; packet++) {
            uint16_t stars = packet->kind & 15;
            const uint32_t *page = rows + ((size_t)(packet->kind >> 4) << PAGE_BITS);
            const bytes *one = (const bytes *)(table + page[packet->films[0]]);
            const bytes *two = (const bytes *)(table + page[packet->films[1]]);
            const bytes *three = (const bytes *)(table + page[packet->films[2]]);
            const bytes *four = (const bytes *)(table + page[packet->films[3]]);
            for (int v = 0; v < VECTORS; v++) {
                words sums = (words)(one[v] + two[v] + three[v] + four[v]);
                even[v] += (sums & 255) * stars;
                odd[v] += (sums >> 8) * stars;
            }
        }
        for (int v = 0; v < VECTORS; v++) {
            dots[4 * v] += (numbers)even[v] & 65535;
            dots[4 * v + 1] += (numbers)odd[v] & 65535;
            dots[4 * v + 2] += (numbers)even[v] >> 16;
            dots[4 * v + 3] += (numbers)odd[v] >> 16;
        }
    }
}

static void settle(struct everybody *all, struct strip *strip)
{
    for (size_t at = 0; at < strip->n_waiting; at++) {
        Py_ssize_t one = strip->waiting[at].walker, other = strip->first + strip->waiting[at].lane;
        if (other <= one)
            continue; /* within a strip each pair is met twice, and everybody themselves */
        double similarity = strip->waiting[at].dot / sqrt((double)all->squared[one] * (double)all->squared[other]);
        uint64_t to_one = key_of(similarity, all->order[other]), to_other = key_of(similarity, all->order[one]);
        if (!weight_of(to_one))
            continue;
        offer(all, one, to_one, strip->spare);
        offer(all, other, to_other, strip->spare);
    }
    strip->n_waiting = 0;
    read_limits(all, strip);
}

static inline __attribute__((always_inline)) void note(struct strip *strip, uint64_t hits, size_t first_lane, uint32_t walker)
{
    for (; hits; hits &= hits - 1) {
        uint32_t lane = (uint32_t)(first_lane + (size_t)__builtin_ctzll(hits));
        strip->waiting[strip->n_waiting++] = (struct pair){walker, lane, strip->dots[lane]};
    }
}

#ifdef MATINEE_X86
__attribute__((target("avx512f,avx512bw,avx512vl"))) static void walk_avx512(const struct packet *packet, const struct packet *end,
                                                                           struct strip *strip)
{
    walk(packet, end, strip);
}

#define STARS(s) {s, s << 8, s << 16, s << 24}
/* Half stars at one of four bytes, the others 0. */
static const int32_t at_bytes[MOST_STARS + 1][4] = {STARS(0), STARS(1), STARS(2), STARS(3), STARS(4), STARS(5),
                                                    STARS(6), STARS(7), STARS(8), STARS(9), STARS(10)};

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static void walk_vnni(const struct packet *packet, const struct packet *end,
                                                                                      struct strip *strip)
{
    const uint8_t *table = strip->table;
    const uint32_t *rows = strip->rows;
    __m512i dots[VECTORS][4];
    for (int v = 0; v < VECTORS; v++)
        for (int q = 0; q < 4; q++)
            dots[v][q] = _mm512_setzero_si512();
    for (; packet < end; packet++) {
        const int32_t *stars = at_bytes[packet->kind & 15];
        const uint32_t *page = rows + ((size_t)(packet->kind >> 4) << PAGE_BITS);
        const uint8_t *one = table + page[packet->films[0]], *two = table + page[packet->films[1]];
        const uint8_t *three = table + page[packet->films[2]], *four = table + page[packet->films[3]];
        __m512i times[4];
        for (int q = 0; q < 4; q++)
            times[q] = _mm512_set1_epi32(stars[q]);
        for (int v = 0; v < VECTORS; v++) {
            __m512i sum = _mm512_add_epi8(_mm512_add_epi8(_mm512_load_si512(one + v * WIDE), _mm512_load_si512(two + v * WIDE)),
                                          _mm512_add_epi8(_mm512_load_si512(three + v * WIDE), _mm512_load_si512(four + v * WIDE)));
            for (int q = 0; q < 4; q++)
                dots[v][q] = _mm512_dpbusd_epi32(dots[v][q], sum, times[q]);
        }
    }
    for (int v = 0; v < VECTORS; v++)
        for (int q = 0; q < 4; q++)
            _mm512_store_si512(strip->dots + v * WIDE + q * WIDE / 4, dots[v][q]);
}

__attribute__((target("avx512f,avx512bw,avx512vl"))) static void find_avx512(struct strip *strip, uint32_t walker, float least, float inverse)
{
    __m512 leasts = _mm512_set1_ps(least), inverses = _mm512_set1_ps(inverse);
    for (size_t first = 0; first < STRIP; first += 64) {
        uint64_t hits = 0;
        for (size_t at = 0; at < 64; at += 16) {
            __m512 dots = _mm512_cvtepi32_ps(_mm512_load_si512(strip->dots + first + at));
            __m512 theirs = _mm512_load_ps(strip->limits + first + at), norms = _mm512_load_ps(strip->norms + first + at);
            __m512 wanted = _mm512_min_ps(_mm512_mul_ps(leasts, norms), theirs);
            hits |= (uint64_t)_mm512_cmp_ps_mask(_mm512_mul_ps(dots, inverses), wanted, _CMP_GE_OQ) << at;
        }
        note(strip, hits, first, walker);
    }
}

__attribute__((target("avx2"))) static void walk_avx2(const struct packet *packet, const struct packet *end, struct strip *strip)
{
    walk(packet, end, strip);
}

__attribute__((target("avx2"))) static void find_avx2(struct strip *strip, uint32_t walker, float least, float inverse)
{
    __m256 leasts = _mm256_set1_ps(least), inverses = _mm256_set1_ps(inverse);
    for (size_t first = 0; first < STRIP; first += 64) {
        uint64_t hits = 0;
        for (size_t at = 0; at < 64; at += 8) {
            __m256 dots = _mm256_cvtepi32_ps(_mm256_load_si256((const __m256i *)(strip->dots + first + at)));
            __m256 theirs = _mm256_load_ps(strip->limits + first + at), norms = _mm256_load_ps(strip->norms + first + at);
            __m256 wanted = _mm256_min_ps(_mm256_mul_ps(leasts, norms), theirs);
            hits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_mul_ps(dots, inverses), wanted, _CMP_GE_OQ)) << at;
        }
        note(strip, hits, first, walker);
    }
}
#endif

static void walk_generic(const struct packet *packet, const struct packet *end, struct strip *strip) { walk(packet, end, strip); }

/* Who may be among the walker's nearest, or have the walker among theirs: dot / own norm >= the lesser limit * their norm. */
static void find_generic(struct strip *strip, uint32_t walker, float least, float inverse)
{
    for (size_t first = 0; first < STRIP; first += 64) {
        uint8_t found[64];
        uint64_t hits = 0, any = 0, eight;
        for (size_t at = 0; at < 64; at++) {
            float wanted = least * strip->norms[first + at], theirs = strip->limits[first + at];
            found[at] = (float)(int32_t)strip->dots[first + at] * inverse >= (wanted < theirs ? wanted : theirs);
        }
        for (size_t at = 0; at < 64; at += 8) {
            memcpy(&eight, found + at, 8);
            any |= eight;
        }
        if (any)
            for (size_t at = 0; at < 64; at++)
                hits |= (uint64_t)found[at] << at;
        note(strip, hits, first, walker);
    }
}

static void meet_people(struct everybody *all, struct strip *strip, Py_ssize_t first, Py_ssize_t end, enum instructions use)
{
    (void)use; /* where there is only one way */
    void (*walking)(const struct packet *, const struct packet *, struct strip *) = walk_generic;
    void (*finding)(struct strip *, uint32_t, float, float) = find_generic;
#ifdef MATINEE_X86
    if (use >= AVX2)
        walking = walk_avx2, finding = find_avx2;
    if (use >= AVX512)
        walking = walk_avx512, finding = find_avx512;
    if (use >= VNNI)
        walking = walk_vnni;
#endif
    for (Py_ssize_t place = first; place < end; place++) {
        if (!all->squared[place])
            continue;
        float norm = (float)sqrt((double)all->squared[place]);
        walking(all->packets + all->packet_starts[place], all->packets + all->packet_starts[place + 1], strip);
        finding(strip, (uint32_t)place, all->limits[place], 1 / norm);
        if (strip->n_waiting > WAITING - STRIP)
            settle(all, strip);
    }
    settle(all, strip);
}

/* ---- lists -------------------------------------------------------------------------------------------------------------------------- */

/* Of a film: similarities times (half stars - centre), and similarities, both in multiples of 2^-SIMILARITY_BITS. */
typedef int64_t sum __attribute__((vector_size(16), may_alias));
enum { VOTES, WEIGHTS };

struct list {
    Py_ssize_t n, length;
    int32_t *columns;
    double *scores;
};

static inline void put(struct list *list, int32_t column, double score)
{
    Py_ssize_t at = list->length < list->n ? list->length++ : list->n - 1;
    for (; at > 0 && (list->scores[at - 1] < score || (list->scores[at - 1] == score && list->columns[at - 1] > column)); at--) {
        list->scores[at] = list->scores[at - 1];
        list->columns[at] = list->columns[at - 1];
    }
    list->scores[at] = score;
    list->columns[at] = column;
}

static inline int is_better(const struct list *list, int32_t column, double score)
{
    if (list->length < list->n)
        return 1;
    double last = list->scores[list->n - 1];
    return score > last || (score == last && column < list->columns[list->n - 1]);
}

struct votes {
    int64_t centre;
    double damping;
    const int32_t *places;  /* of the rows */
    const int32_t *columns; /* of the films by rank */
    sum *sums;       /* by rank; all 0 between lists */
    uint8_t *shelves; /* which SHELF ranks hold any sum */
};

static void add_neighbour(const struct everybody *all, const struct votes *votes, Py_ssize_t place, int64_t weight)
{
    sum given[MOST_STARS + 1];
    for (int stars = 0; stars <= MOST_STARS; stars++)
        given[stars] = (sum){weight * (stars - votes->centre), weight};
    const struct packet *packet = all->packets + all->packet_starts[place], *end = all->packets + all->packet_starts[place + 1];
    for (; packet < end; packet++) {
        sum more = given[packet->kind & 15];
        size_t page = (size_t)(packet->kind >> 4) << PAGE_BITS;
        sum *sums = votes->sums + page;
        uint8_t *shelves = votes->shelves + page / SHELF;
        for (int film = 0; film < FILMS; film++) {
            unsigned rank = packet->films[film];
            sums[rank] += more;
            shelves[rank / SHELF] = 1;
        }
    }
}

/* Neighbours' ratings lie anywhere in memory: the first of them are asked for before they are wanted, and the processor asks for what follows. */
static inline void fetch(const struct packet *packets)
{
    for (int line = 0; line < 4; line++)
        __builtin_prefetch((const char *)packets + 64 * line);
}

static void leave_out(const struct everybody *all, const struct votes *votes, Py_ssize_t place)
{
    for (Py_ssize_t no_film = 0; no_film < all->n_ranks; no_film += PAGE)
        votes->sums[no_film][VOTES] = 0;
    const struct packet *own = all->packets + all->packet_starts[place], *end = all->packets + all->packet_starts[place + 1];
    for (; own < end; own++)
        for (int film = 0; film < FILMS; film++)
            votes->sums[rank_of(own, film)][VOTES] = 0;
}

/* Best unseen films whose neighbours give them more than the centre. */
static void make_list(const struct everybody *all, const struct votes *votes, Py_ssize_t place, struct list *list)
{
    const uint64_t *keys = all->keys + place * all->room;
    for (Py_ssize_t near = 0, count = all->counts[place]; near < count; near++) {
        if (near + AHEAD < count)
            fetch(all->packets + all->packet_starts[votes->places[row_of(keys[near + AHEAD])]]);
        add_neighbour(all, votes, votes->places[row_of(keys[near])], weight_of(keys[near]));
    }
    leave_out(all, votes, place);
    const double unit = 1 / (double)(1LL << SIMILARITY_BITS);
    const int64_t damping = (int64_t)((votes->damping < MOST_DAMPING ? votes->damping : MOST_DAMPING) / unit);
    int64_t bound = 0; /* what votes must be of weights, times BOUNDS, a little less than the last one of a full list has */
    for (Py_ssize_t shelf = 0; shelf * SHELF < all->n_ranks; shelf++) {
        if (!votes->shelves[shelf])
            continue;
        votes->shelves[shelf] = 0;
        for (Py_ssize_t rank = shelf * SHELF; rank < (shelf + 1) * SHELF; rank++) {
            sum of = votes->sums[rank];
            votes->sums[rank] = (sum){0, 0};
            if (of[VOTES] * BOUNDS < (of[WEIGHTS] + damping) * bound || of[VOTES] <= 0)
                continue;
            double given = (double)of[VOTES] * unit, weights = (double)of[WEIGHTS] * unit;
            double score = ((double)votes->centre + given / (weights + votes->damping)) / 2;
            if (!is_better(list, votes->columns[rank], score))
                continue;
            put(list, votes->columns[rank], score);
            double last = 2 * list->scores[list->n - 1] - (double)votes->centre;
            if (list->length == list->n && last > 0)
                bound = (int64_t)(last * (BOUNDS - 1));
        }
    }
}

/* ---- for Python --------------------------------------------------------------------------------------------------------------------- */

static int holds(const Py_buffer *buffer, Py_ssize_t items, Py_ssize_t size, const char *name)
{
    if (buffer->len == items * size && (buffer->itemsize == size || size == sizeof(struct packet)))
        return 1;
    PyErr_Format(PyExc_ValueError, "%s must be %zd items of %zd bytes, not %zd bytes in items of %zd.", name, items, size, buffer->len,
                 buffer->itemsize);
    return 0;
}

static void release(Py_buffer *buffers, size_t n)
{
    for (size_t at = 0; at < n; at++)
        PyBuffer_Release(buffers + at);
}

/* What `pack` reads. */
struct ratings {
    Py_ssize_t n_people, n_films, n_ranks, n_ratings;
    const int64_t *row_starts;
    const void *columns;
    Py_ssize_t column_size;
    const uint8_t *half_stars;
    const int32_t *order, *ranks; /* of the columns */
};

static inline Py_ssize_t column_at(const struct ratings *ratings, int64_t at)
{
    return ratings->column_size == 2 ? ((const uint16_t *)ratings->columns)[at] : ((const int32_t *)ratings->columns)[at];
}

static const char *what_is_wrong(const struct ratings *ratings)
{
    if (ratings->row_starts[0] != 0 || ratings->row_starts[ratings->n_people] != ratings->n_ratings)
        return "row_starts must go from 0 to the number of ratings.";
    for (Py_ssize_t row = 0; row < ratings->n_people; row++) {
        if (ratings->row_starts[row] > ratings->row_starts[row + 1])
            return "row_starts must not fall.";
        if (ratings->order[row] < 0 || ratings->order[row] >= ratings->n_people)
            return "order must hold rows.";
    }
    for (Py_ssize_t film = 0; film < ratings->n_films; film++)
        if (ratings->ranks[film] < 1 || ratings->ranks[film] >= ratings->n_ranks || ratings->ranks[film] % PAGE == 0)
            return "ranks must be below their number, and none the first of a page.";
    for (int64_t at = 0; at < ratings->n_ratings; at++) {
        Py_ssize_t column = column_at(ratings, at);
        if (column < 0 || column >= ratings->n_films)
            return "columns must be those of films.";
        if (ratings->half_stars[at] < 1 || ratings->half_stars[at] > MOST_STARS)
            return "half_stars must be from 1 to 10.";
    }
    return NULL;
}

static inline size_t kind_at(const struct ratings *ratings, int64_t at)
{
    return (size_t)(ratings->ranks[column_at(ratings, at)] >> PAGE_BITS << 4) | ratings->half_stars[at];
}

static void count_packets(const struct ratings *ratings, int64_t *packet_starts, int64_t *of_kind, size_t n_kinds)
{
    packet_starts[0] = 0;
    for (Py_ssize_t place = 0; place < ratings->n_people; place++) {
        int64_t start = ratings->row_starts[ratings->order[place]], end = ratings->row_starts[ratings->order[place] + 1], packets = 0;
        memset(of_kind, 0, n_kinds * sizeof *of_kind);
        for (int64_t at = start; at < end; at++)
            packets += of_kind[kind_at(ratings, at)]++ % FILMS == 0;
        packet_starts[place + 1] = packet_starts[place] + packets;
    }
}

/* 0 where packet_starts are not those that count_packets has found. */
static int fill_packets(const struct ratings *ratings, const int64_t *packet_starts, struct packet *packets, int64_t *of_kind, size_t n_kinds)
{
    if (packet_starts[0] != 0)
        return 0;
    for (Py_ssize_t place = 0; place < ratings->n_people; place++) {
        int64_t start = ratings->row_starts[ratings->order[place]], end = ratings->row_starts[ratings->order[place] + 1];
        struct packet *next = packets + packet_starts[place];
        int64_t n_packets = 0;
        memset(of_kind, 0, n_kinds * sizeof *of_kind);
        for (int64_t at = start; at < end; at++)
            n_packets += of_kind[kind_at(ratings, at)]++ % FILMS == 0;
        if (packet_starts[place + 1] - packet_starts[place] != n_packets)
            return 0;
        for (size_t kind = 0; kind < n_kinds; kind++) { /* now where the next film of a kind goes */
            int64_t films = of_kind[kind];
            of_kind[kind] = (next - packets) * FILMS;
            for (; films > 0; films -= FILMS, next++)
                *next = (struct packet){(uint16_t)kind, {0}};
        }
        for (int64_t at = start; at < end; at++) {
            int64_t to = of_kind[kind_at(ratings, at)]++;
            packets[to / FILMS].films[to % FILMS] = (uint16_t)(ratings->ranks[column_at(ratings, at)] & ((1 << PAGE_BITS) - 1));
        }
    }
    return 1;
}

/* Whether so many people and ranks can be counted, or an error. */
static int can_be_counted(Py_ssize_t n_people, Py_ssize_t n_ranks)
{
    if (n_people < MOST_PEOPLE && n_ranks >= 1 && n_ranks <= MOST_RANKS)
        return 1;
    PyErr_Format(PyExc_ValueError, "There must be fewer than %zd people and 1 to %zd ranks, not %zd and %zd.", MOST_PEOPLE, MOST_RANKS, n_people,
                 n_ranks);
    return 0;
}

static PyObject *pack(PyObject *self, PyObject *args)
{
    (void)self;
    Py_buffer given[6];
    Py_ssize_t n_ranks;
    PyObject *packets_into;
    if (!PyArg_ParseTuple(args, "ny*y*y*y*y*w*O", &n_ranks, given, given + 1, given + 2, given + 3, given + 4, given + 5, &packets_into))
        return NULL;
    struct ratings ratings = {given[3].len / 4, given[4].len / 4, n_ranks, given[2].len, given[0].buf, given[1].buf, given[1].itemsize, given[2].buf,
                              given[3].buf, given[4].buf};
    Py_buffer packets = {0};
    PyObject *answer = NULL;
    int64_t *of_kind = NULL;
    int64_t *packet_starts = given[5].buf;
    size_t n_kinds = (size_t)(n_ranks / PAGE + 1) * 16;
    const char *wrong = NULL;
    if (!holds(given, ratings.n_people + 1, 8, "row_starts") ||
        !holds(given + 1, ratings.n_ratings, ratings.column_size == 2 ? 2 : 4, "columns") ||
        !holds(given + 2, ratings.n_ratings, 1, "half_stars") || !holds(given + 3, ratings.n_people, 4, "order") ||
        !holds(given + 4, ratings.n_films, 4, "ranks") || !holds(given + 5, ratings.n_people + 1, 8, "packet_starts"))
        goto done;
    if (!can_be_counted(ratings.n_people, n_ranks))
        goto done;
    of_kind = malloc(n_kinds * sizeof *of_kind);
    if (!of_kind) {
        PyErr_NoMemory();
        goto done;
    }
    if (packets_into != Py_None) {
        if (PyObject_GetBuffer(packets_into, &packets, PyBUF_WRITABLE) < 0 ||
            !holds(&packets, packet_starts[ratings.n_people], sizeof(struct packet), "packets"))
            goto done;
    }
    Py_BEGIN_ALLOW_THREADS;
    wrong = what_is_wrong(&ratings);
    if (!wrong && packets_into == Py_None)
        count_packets(&ratings, packet_starts, of_kind, n_kinds);
    else if (!wrong && !fill_packets(&ratings, packet_starts, packets.buf, of_kind, n_kinds))
        wrong = "packet_starts must be those found without a place for packets.";
    Py_END_ALLOW_THREADS;
    if (wrong)
        PyErr_SetString(PyExc_ValueError, wrong);
    else
        answer = Py_NewRef(Py_None);
done:
    free(of_kind);
    if (packets.obj)
        PyBuffer_Release(&packets);
    release(given, 6);
    return answer;
}

enum { N_STATE = 8 };

/* Whether everybody's state is of one size, and its places lie within it, or an error. Packets and keys are taken as pack and meet have written
   them: to go through them all at every call would take longer than the calls. */
static int everybody_of(struct everybody *all, Py_buffer *given, Py_ssize_t n_ranks, Py_ssize_t k)
{
    Py_ssize_t n_people = given[0].len / 4;
    *all = (struct everybody){n_people, n_ranks, k, 0, given[0].buf, given[1].buf, given[2].buf, given[3].buf, given[4].buf,
                              given[5].buf, given[6].buf, given[7].buf};
    if (k < 1 || k > MOST_NEIGHBOURS) {
        PyErr_Format(PyExc_ValueError, "k must be a whole number from 1 to %d, not %zd.", MOST_NEIGHBOURS, k);
        return 0;
    }
    if (!can_be_counted(n_people, n_ranks) || !holds(given, n_people, 4, "order") || !holds(given + 1, n_people + 1, 8, "packet_starts"))
        return 0;
    all->room = n_people ? given[4].len / 8 / n_people : 2 * k;
    if (all->room <= k) {
        PyErr_Format(PyExc_ValueError, "keys must have room for more than k = %zd of each of %zd people, not for %zd.", k, n_people,
                     all->room);
        return 0;
    }
    if (!holds(given + 2, all->packet_starts[n_people], sizeof(struct packet), "packets"))
        return 0;
    for (Py_ssize_t place = 0; place < n_people; place++)
        if (all->order[place] < 0 || all->order[place] >= n_people || all->packet_starts[place] < 0 ||
            all->packet_starts[place] > all->packet_starts[place + 1]) {
            PyErr_SetString(PyExc_ValueError, "order must hold rows, and packet_starts must not fall.");
            return 0;
        }
    return holds(given + 3, n_people, 8, "squared") && holds(given + 4, n_people * all->room, 8, "keys") && holds(given + 5, n_people, 4, "counts") && holds(given + 6, n_people, 8, "floors") && holds(given + 7, n_people, 4, "limits");
}

/* Whether the people from first to before end keep no more keys than there is room for, or an error. */
static int can_keep_more(const struct everybody *all, Py_ssize_t first, Py_ssize_t end)
{
    for (Py_ssize_t place = first; place < end; place++)
        if (all->counts[place] < 0 || all->counts[place] >= all->room) {
            PyErr_Format(PyExc_ValueError, "counts must be from 0 to %zd, not %d.", all->room - 1, (int)all->counts[place]);
            return 0;
        }
    return 1;
}

static void *aligned(size_t bytes)
{
    void *found = aligned_alloc(WIDE, (bytes + WIDE - 1) / WIDE * WIDE);
    if (found)
        memset(found, 0, bytes);
    return found;
}

static PyObject *meet(PyObject *self, PyObject *args)
{
    (void)self;
    Py_buffer given[N_STATE];
    Py_ssize_t n_ranks, k, first, end, first_other, end_other;
    if (!PyArg_ParseTuple(args, "nny*y*y*y*w*w*w*w*nnnn", &n_ranks, &k, given, given + 1, given + 2, given + 3, given + 4, given + 5,
                          given + 6, given + 7, &first, &end, &first_other, &end_other))
        return NULL;
    struct everybody all;
    struct strip *strip = NULL;
    PyObject *answer = NULL;
    if (!everybody_of(&all, given, n_ranks, k))
        goto done;
    if (first < 0 || first > end || first_other < first || first_other > end_other || end_other > all.n_people || end > end_other) {
        PyErr_Format(PyExc_ValueError, "The people must be from 0 to %zd, the first ones first, not %zd to %zd and %zd to %zd.",
                     all.n_people, first, end, first_other, end_other);
        goto done;
    }
    if (!can_keep_more(&all, first, end) || !can_keep_more(&all, first_other, end_other))
        goto done;
    strip = aligned(sizeof *strip);
    if (!strip || !(strip->table = aligned_alloc(WIDE, (size_t)n_ranks * STRIP)) ||
        !(strip->rows = calloc((size_t)n_ranks, sizeof *strip->rows)) || !(strip->ranks = malloc((size_t)n_ranks * sizeof *strip->ranks)) ||
        !(strip->spare = malloc((size_t)all.room * sizeof *strip->spare))) {
        PyErr_NoMemory();
        goto done;
    }
    memset(strip->table, 0, STRIP);
    strip->n_rows = 1;
    Py_BEGIN_ALLOW_THREADS;
    enum instructions use = chosen_instructions();
    for (strip->first = first_other; strip->first < end_other; strip->first = strip->end) {
        strip->end = strip->first + STRIP < end_other ? strip->first + STRIP : end_other;
        write_table(&all, strip);
        read_limits(&all, strip);
        meet_people(&all, strip, first, end < strip->end ? end : strip->end, use);
    }
    Py_END_ALLOW_THREADS;
    answer = Py_NewRef(Py_None);
done:
    if (strip) {
        free(strip->table);
        free(strip->rows);
        free(strip->ranks);
        free(strip->spare);
    }
    free(strip);
    release(given, N_STATE);
    return answer;
}

static PyObject *finish(PyObject *self, PyObject *args)
{
    (void)self;
    Py_buffer given[N_STATE];
    Py_ssize_t n_ranks, k, first, end;
    if (!PyArg_ParseTuple(args, "nny*y*y*y*w*w*w*w*nn", &n_ranks, &k, given, given + 1, given + 2, given + 3, given + 4, given + 5,
                          given + 6, given + 7, &first, &end))
        return NULL;
    struct everybody all;
    uint64_t *spare = NULL;
    PyObject *answer = NULL;
    if (!everybody_of(&all, given, n_ranks, k))
        goto done;
    if (first < 0 || first > end || end > all.n_people) {
        PyErr_Format(PyExc_ValueError, "The people must be from 0 to %zd, not %zd to %zd.", all.n_people, first, end);
        goto done;
    }
    if (!can_keep_more(&all, first, end))
        goto done;
    if (!(spare = malloc((size_t)all.room * sizeof *spare))) {
        PyErr_NoMemory();
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS;
    for (Py_ssize_t place = first; place < end; place++)
        if (all.counts[place] > k)
            prune(&all, place, spare);
    Py_END_ALLOW_THREADS;
    answer = Py_NewRef(Py_None);
done:
    free(spare);
    release(given, N_STATE);
    return answer;
}

static PyObject *lists(PyObject *self, PyObject *args)
{
    (void)self;
    Py_buffer given[N_STATE + 6];
    Py_ssize_t n_ranks, k, centre, n;
    double damping;
    if (!PyArg_ParseTuple(args, "nny*y*y*y*w*w*w*w*y*y*y*nndw*w*w*", &n_ranks, &k, given, given + 1, given + 2, given + 3, given + 4,
                          given + 5, given + 6, given + 7, given + 8, given + 9, given + 10, &n, &centre, &damping, given + 11, given + 12,
                          given + 13))
        return NULL;
    struct everybody all;
    Py_ssize_t n_rows = given[10].len / 4;
    struct votes votes = {centre, damping, given[8].buf, given[9].buf, NULL, NULL};
    const int32_t *rows = given[10].buf;
    int32_t *found = given[11].buf;
    PyObject *answer = NULL;
    if (n < 1 || n > INT32_MAX || centre < 0 || centre > MOST_STARS || !(damping >= 0)) {
        PyErr_Format(PyExc_ValueError, "n must be from 1 up, centre from 0 to %d, and damping 0 or more, not %zd, %zd and %R.", MOST_STARS, n, centre,
                     PyTuple_GET_ITEM(args, N_STATE + 7));
        goto done;
    }
    if (!everybody_of(&all, given, n_ranks, k) || !can_keep_more(&all, 0, all.n_people) || !holds(given + 8, all.n_people, 4, "places") ||
        !holds(given + 9, n_ranks, 4, "columns") || !holds(given + 10, n_rows, 4, "rows") || !holds(given + 11, n_rows, 4, "found") ||
        !holds(given + 12, n_rows * n, 4, "best columns") || !holds(given + 13, n_rows * n, 8, "scores"))
        goto done;
    for (Py_ssize_t at = 0; at < n_rows; at++)
        if (rows[at] < 0 || rows[at] >= all.n_people) {
            PyErr_Format(PyExc_ValueError, "rows must be from 0 to %zd, not %d.", all.n_people - 1, (int)rows[at]);
            goto done;
        }
    for (Py_ssize_t row = 0; row < all.n_people; row++)
        if (votes.places[row] < 0 || votes.places[row] >= all.n_people) {
            PyErr_Format(PyExc_ValueError, "places must be from 0 to %zd, not %d.", all.n_people - 1, (int)votes.places[row]);
            goto done;
        }
    votes.sums = aligned(((size_t)n_ranks + SHELF) * sizeof *votes.sums);
    votes.shelves = calloc((size_t)n_ranks / SHELF + 1, 1);
    if (!votes.sums || !votes.shelves) {
        PyErr_NoMemory();
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS;
    for (Py_ssize_t at = 0; at < n_rows; at++) {
        struct list list = {n, 0, (int32_t *)given[12].buf + at * n, (double *)given[13].buf + at * n};
        make_list(&all, &votes, votes.places[rows[at]], &list);
        found[at] = (int32_t)list.length;
    }
    Py_END_ALLOW_THREADS;
    answer = Py_NewRef(Py_None);
done:
    free(votes.sums);
    free(votes.shelves);
    release(given, N_STATE + 6);
    return answer;
}

static PyMethodDef methods[] = {
    {"instructions", instructions, METH_NOARGS, "What is made use of: 0 for nothing special, 1 AVX2, 2 AVX-512, 3 VNNI."},
    {"pack", pack, METH_VARARGS, "The ratings as packets; how many there are, if they are given no place."},
    {"meet", meet, METH_VARARGS, "Let the people of one range meet those of another, and keep whom each may have as neighbours."},
    {"finish", finish, METH_VARARGS, "Leave each person of a range no more than their k nearest."},
    {"lists", lists, METH_VARARGS, "The best films of some rows."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_neighbours", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__neighbours(void) { return PyModuleDef_Init(&module); }
