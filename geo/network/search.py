"""Compiled Dijkstra searches over the arrays of a network. Costs are per arc, infinite where nobody passes.

Threads run these side by side: they hold no lock and each has a workspace of its own.
"""

import numpy as np

from geo.network.compiled import compiled

# A binary heap in two arrays; entries that were overtaken stay in it and are skipped when they come up.


@compiled
def _push(keys, items, size, key, item):  # type: ignore[no-untyped-def]
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i], items[i] = keys[parent], items[parent]
        i = parent
    keys[i], items[i] = key, item
    return size + 1


@compiled
def _pop(keys, items, size):  # type: ignore[no-untyped-def]
    """Removes the first entry, which the caller has read; the last one takes its place and sinks."""
    size -= 1
    if size == 0:
        return 0
    key, item = keys[size], items[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i], items[i] = keys[child], items[child]
        i = child
    keys[i], items[i] = key, item
    return size


@compiled
def nearest_source(start, node, arc, cost, seed_node, seed_cost, seed_label, count):  # type: ignore[no-untyped-def]
    """Least cost from any seed to each node, and the label of that seed; -1 where none comes."""
    best = np.full(count, np.inf)
    label = np.full(count, -1, np.int32)
    keys = np.empty(len(arc) + len(seed_node) + 1)
    items = np.empty(len(arc) + len(seed_node) + 1, np.int32)
    size = 0
    for i in range(len(seed_node)):
        u = seed_node[i]
        if seed_cost[i] < best[u]:
            best[u] = seed_cost[i]
            label[u] = seed_label[i]
            size = _push(keys, items, size, seed_cost[i], u)
    while size > 0:
        key, u = keys[0], items[0]
        size = _pop(keys, items, size)
        if key > best[u]:
            continue
        for j in range(start[u], start[u + 1]):
            v = node[j]
            reached = key + cost[arc[j]]
            if reached < best[v]:
                best[v] = reached
                label[v] = label[u]
                size = _push(keys, items, size, reached, v)
    return best, label


@compiled
def leave(best, keys, items, touched, edge, offset, length, ends, cost):  # type: ignore[no-untyped-def]
    """Leaves a place on an edge towards both its ends. Returns sizes of the heap and of the list of touched nodes."""
    share = offset / length if length > 0 else 0.0
    size, seen = 0, 0
    for side in range(2):
        if side == 0:
            u, price = ends[edge, 1], cost[2 * edge] * (1 - share) if cost[2 * edge] < np.inf else np.inf
        else:
            u, price = ends[edge, 0], cost[2 * edge + 1] * share if cost[2 * edge + 1] < np.inf else np.inf
        if price < best[u]:
            if best[u] == np.inf:
                touched[seen] = u
                seen += 1
            best[u] = price
            size = _push(keys, items, size, price, u)
    return size, seen


@compiled
def spread(start, node, arc, cost, best, keys, items, size, touched, seen, limit):  # type: ignore[no-untyped-def]
    """Settles all nodes within `limit` from what is in the heap, and lists those it touched; returns how many."""
    while size > 0:
        key, u = keys[0], items[0]
        size = _pop(keys, items, size)
        if key > best[u]:
            continue
        if key > limit:
            break
        for j in range(start[u], start[u + 1]):
            v = node[j]
            reached = key + cost[arc[j]]
            if reached < best[v] and reached <= limit:
                if best[v] == np.inf:
                    touched[seen] = v
                    seen += 1
                best[v] = reached
                size = _push(keys, items, size, reached, v)
    return seen


@compiled
def many_to_many(start, node, arc, cost, ends, length, from_edge, from_offset, by_edge, place, to_offset, limit, out):  # type: ignore[no-untyped-def]
    """Fills `out` (origins, destinations), infinite beyond `limit`.

    The destinations on edge e are place[by_edge[e]:by_edge[e + 1]]; `to_offset` is by destination.
    """
    best = np.full(len(start) - 1, np.inf)
    touched = np.empty(len(start) - 1, np.int32)
    keys = np.empty(len(arc) + 3)
    items = np.empty(len(arc) + 3, np.int32)
    for o in range(len(from_edge)):
        e = from_edge[o]
        if e < 0:
            continue
        for i in range(by_edge[e], by_edge[e + 1]):
            d = place[i]
            price = along(cost, e, from_offset[o], to_offset[d], length[e])
            if price <= limit:
                out[o, d] = price
        size, seen = leave(best, keys, items, touched, e, from_offset[o], length[e], ends, cost)
        seen = spread(start, node, arc, cost, best, keys, items, size, touched, seen, limit)
        for t in range(seen):
            u = touched[t]
            for j in range(start[u], start[u + 1]):
                a = arc[j]
                e = a >> 1
                if cost[a] == np.inf or by_edge[e] == by_edge[e + 1]:
                    continue
                for i in range(by_edge[e], by_edge[e + 1]):
                    d = place[i]
                    share = to_offset[d] / length[e] if length[e] > 0 else 0.0
                    reached = best[u] + cost[a] * (share if a & 1 == 0 else 1 - share)
                    if reached <= limit and reached < out[o, d]:
                        out[o, d] = reached
        for i in range(seen):
            best[touched[i]] = np.inf


@compiled
def along(cost, edge, start, end, length):  # type: ignore[no-untyped-def]
    """From one offset to another on the same edge."""
    if start == end:
        return 0.0
    price = cost[2 * edge] if end > start else cost[2 * edge + 1]
    return price * abs(end - start) / length if price < np.inf else np.inf


@compiled
def path_arcs(start, node, arc, cost, seed_node, seed_cost, goal_node, goal_cost):  # type: ignore[no-untyped-def]
    """Arcs in order from a seed to a goal, the cost with both, and the index of the goal; -1 where there is no way."""
    count = len(start) - 1
    best = np.full(count, np.inf)
    before = np.full(count, -1, np.int32)
    came = np.full(count, -1, np.int32)
    keys = np.empty(len(arc) + len(seed_node) + 1)
    items = np.empty(len(arc) + len(seed_node) + 1, np.int32)
    size = 0
    for i in range(len(seed_node)):
        if seed_cost[i] < best[seed_node[i]]:
            best[seed_node[i]] = seed_cost[i]
            size = _push(keys, items, size, seed_cost[i], seed_node[i])
    total, goal = np.inf, -1
    while size > 0:
        key, u = keys[0], items[0]
        size = _pop(keys, items, size)
        if key > best[u]:
            continue
        if key >= total:
            break
        for i in range(len(goal_node)):
            if goal_node[i] == u and key + goal_cost[i] < total:
                total, goal = key + goal_cost[i], i
        for j in range(start[u], start[u + 1]):
            v = node[j]
            reached = key + cost[arc[j]]
            if reached < best[v]:
                best[v] = reached
                before[v] = u
                came[v] = arc[j]
                size = _push(keys, items, size, reached, v)
    arcs = np.empty(count, np.int32)
    steps = 0
    if goal >= 0:
        u = goal_node[goal]
        while came[u] >= 0:
            arcs[steps] = came[u]
            steps += 1
            u = before[u]
    return arcs[:steps][::-1].copy(), total, goal


@compiled
def service_rows(start, node, arc, cost, ends, length, from_edge, from_offset, limit):  # type: ignore[no-untyped-def]
    """What is reached from each place: rows of place, edge, and the metres along the edge between which it lies.

    An edge is judged once, from whichever of its ends was touched first: `done` holds the place that did it.
    """
    count, edges = len(start) - 1, len(ends)
    best = np.full(count, np.inf)
    touched = np.empty(count, np.int32)
    done = np.full(edges, -1, np.int32)
    keys = np.empty(len(arc) + 3)
    items = np.empty(len(arc) + 3, np.int32)
    room = 1024
    who, which = np.empty(room, np.int32), np.empty(room, np.int32)
    begin, stop = np.empty(room), np.empty(room)
    rows = 0
    for o in range(len(from_edge)):
        own = from_edge[o]
        if own < 0:
            continue
        size, seen = leave(best, keys, items, touched, own, from_offset[o], length[own], ends, cost)
        seen = spread(start, node, arc, cost, best, keys, items, size, touched, seen, limit)
        for i in range(-1, seen):
            first, last = (0, 1) if i < 0 else (start[touched[i]], start[touched[i] + 1])
            for j in range(first, last):
                e = own if i < 0 else arc[j] >> 1
                if done[e] == o:
                    continue
                done[e] = o
                if rows + 3 > room:
                    room *= 2
                    who, which = grown(who, room), grown(which, room)
                    begin, stop = grown(begin, room), grown(stop, room)
                head = _reach(cost[2 * e], limit - best[ends[e, 0]], length[e])
                tail = length[e] - _reach(cost[2 * e + 1], limit - best[ends[e, 1]], length[e])
                low, high = length[e] + 1, -1.0  # what the place itself reaches on its own edge: nothing
                if e == own:
                    low = from_offset[o] - min(_reach(cost[2 * e + 1], limit, length[e]), from_offset[o])
                    high = from_offset[o] + _reach(cost[2 * e], limit, length[e])
                    high = min(high, length[e])
                before = rows
                rows = _write(begin, stop, rows, head, low, high, tail, length[e], e == own)
                who[before:rows] = o
                which[before:rows] = e
        for i in range(seen):
            best[touched[i]] = np.inf
    return who[:rows].copy(), which[:rows].copy(), begin[:rows].copy(), stop[:rows].copy()


@compiled
def grown(values, room):  # type: ignore[no-untyped-def]
    larger = np.empty(room, values.dtype)
    larger[: len(values)] = values
    return larger


@compiled
def _reach(price, budget, length):  # type: ignore[no-untyped-def]
    """Metres that the budget pays for, on an edge that costs `price` from end to end."""
    if budget <= 0 or price == np.inf:
        return 0.0
    return length if budget >= price else length * budget / price


@compiled
def _write(begin, stop, rows, head, low, high, tail, length, own):  # type: ignore[no-untyped-def]
    """[0, head], [low, high] and [tail, length] as rows that don't overlap; empty ones are left out."""
    if own:
        if low <= head:
            head, low, high = max(head, high), length + 1, -1.0
        elif high >= tail:
            tail, low, high = min(tail, low), length + 1, -1.0
    if head >= tail:
        if length > 0:
            begin[rows], stop[rows] = 0.0, length
            rows += 1
        return rows
    if head > 0:
        begin[rows], stop[rows] = 0.0, head
        rows += 1
    if high > low:
        begin[rows], stop[rows] = low, high
        rows += 1
    if tail < length:
        begin[rows], stop[rows] = tail, length
        rows += 1
    return rows
