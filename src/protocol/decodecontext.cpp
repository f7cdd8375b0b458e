// SPDX-License-Identifier: MIT
#include "protocol/decodecontext.h"

namespace QRepod {

namespace {

// Below this, a copy is cheap.
constexpr qsizetype leastShared = 64 * 1024;

} // namespace

QByteArray DecodeContext::bytes(QByteArrayView view) const
{
    // Only bytes at the end can be shared: every QByteArray needs a zero behind its bytes, and only
    // there is one. They must be most of the memory, or a few bytes would keep a lot of it.
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
