// SPDX-License-Identifier: MIT
#include "transport/directwriter.h"

#include "transport/nativesocket.h"

#include <QtCore/qthread.h>

namespace QRepod {

std::unique_ptr<DirectWriter> DirectWriter::forThreadOf(const QObject *object, qintptr descriptor)
{
    return std::unique_ptr<DirectWriter>(new DirectWriter(object, descriptor));
}

std::unique_ptr<DirectWriter> DirectWriter::forAnyThread(qintptr descriptor)
{
    const qintptr own = NativeSocket::duplicate(descriptor);
    return std::unique_ptr<DirectWriter>(own == -1 ? nullptr : new DirectWriter(nullptr, own));
}

DirectWriter::DirectWriter(const QObject *object, qintptr descriptor)
    : m_object(object)
    , m_descriptor(descriptor)
{
}

DirectWriter::~DirectWriter()
{
    if (!m_object)
        NativeSocket::close(m_descriptor);
}

bool DirectWriter::isOpenHere() const
{
    return !m_object || m_object->thread() == QThread::currentThread();
}

qint64 DirectWriter::send(const char *data, qint64 size, int *error) const
{
    return NativeSocket::send(m_descriptor, data, size, error);
}

} // namespace QRepod
