// SPDX-License-Identifier: MIT
#include "protocol/decodecontext.h"

namespace QRepod {

namespace {

// Below this, a copy is cheap.
constexpr qsizetype leastShared = 64 * 1024;

} // namespace

QByteArray DecodeContext::bytes(QByteArrayView view) const
{
    // At the end: there alone a zero follows, which every QByteArray has behind its bytes. Most of
    // it: or little would keep a lot in memory.
    const char *const end = view.data() + view.size();
    const bool canShare = m_memory && view.size() >= leastShared
        && view.size() >= m_memory->capacity() / 2
        && end == m_memory->constData() + m_memory->size();
    if (!canShare)
        return view.toByteArray();
    QByteArray whole = *m_memory;
    QByteArray::DataPointer part = whole.data_ptr();
    part.setBegin(part.begin() + (part.size - view.size()));
    part.size = view.size();
    return QByteArray(std::move(part));
}

} // namespace QRepod
