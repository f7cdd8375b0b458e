// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>

#include <cstddef>
#include <new>

namespace QRepod {

//! Raw memory for objects whose types are known at run time. It is inside this object, and so on
//! the stack, if that is large enough.
class Memory
{
public:
    Memory(size_t size, size_t alignment)
        : m_alignment(std::align_val_t(alignment))
    {
        if (size > sizeof m_local || alignment > alignof(std::max_align_t))
            m_start = static_cast<std::byte *>(::operator new(size, m_alignment));
    }
    ~Memory()
    {
        if (m_start != m_local)
            ::operator delete(m_start, m_alignment);
    }
    Q_DISABLE_COPY_MOVE(Memory)

    void *at(size_t offset) { return m_start + offset; }

private:
    const std::align_val_t m_alignment;
    std::byte *m_start = m_local;
    alignas(std::max_align_t) std::byte m_local[256];
};

//! A default-constructed object of a type known at run time.
class LocalObject
{
public:
    explicit LocalObject(QMetaType type)
        : m_type(type)
        , m_memory(size_t(type.sizeOf()), size_t(type.alignOf()))
    {
        m_type.construct(m_memory.at(0));
    }
    ~LocalObject() { m_type.destruct(m_memory.at(0)); }
    Q_DISABLE_COPY_MOVE(LocalObject)

    void *data() { return m_memory.at(0); }

private:
    const QMetaType m_type;
    Memory m_memory;
};

} // namespace QRepod
