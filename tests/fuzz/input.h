// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

//! Ends the run, which reports the current input, if \a condition does not hold.
inline void expect(bool condition, const char *expectation)
{
    if (condition)
        return;
    fprintf(stderr, "Expected: %s\n", expectation);
    abort();
}

//! The input of a fuzz target, taken from the front; zeros once it is used up.
class Input
{
public:
    Input(const quint8 *data, size_t size)
        : m_rest(data, qsizetype(size))
    {
    }

    bool isEmpty() const { return m_rest.isEmpty(); }
    quint8 byte() { return m_rest.isEmpty() ? 0 : quint8(take(1).front()); }

    //! Takes the next \a size bytes, or as many as are left.
    QByteArrayView take(qsizetype size)
    {
        const QByteArrayView taken = m_rest.first(std::min(size, m_rest.size()));
        m_rest = m_rest.sliced(taken.size());
        return taken;
    }

    QByteArrayView takeRest() { return take(m_rest.size()); }

private:
    QByteArrayView m_rest;
};
