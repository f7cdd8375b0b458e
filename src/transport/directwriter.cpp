// SPDX-License-Identifier: MIT
#include "transport/directwriter.h"

#include "transport/nativesocket.h"

#include <QtCore/qthread.h>

namespace QRepod {

namespace {

//! Writes to the socket itself.
class SocketWriter final : public DirectWriter
{
public:
    //! Without an \a object, the writer owns \a descriptor.
    SocketWriter(const QObject *object, qintptr descriptor)
        : m_object(object)
        , m_descriptor(descriptor)
    {
    }

    ~SocketWriter() override
    {
        if (!m_object)
            NativeSocket::close(m_descriptor);
    }

    bool isOpenHere() const override
    {
        return !m_object || m_object->thread() == QThread::currentThread();
    }

    qint64 send(const char *data, qint64 size, int *error) const override
    {
        return NativeSocket::send(m_descriptor, data, size, error);
    }

private:
    const QObject *const m_object; // only its thread may write; nullptr: any thread may
    const qintptr m_descriptor;
};

} // namespace

std::unique_ptr<DirectWriter> DirectWriter::forThreadOf(const QObject *object, qintptr descriptor)
{
    return std::make_unique<SocketWriter>(object, descriptor);
}

std::unique_ptr<DirectWriter> DirectWriter::forAnyThread(qintptr descriptor)
{
    const qintptr own = NativeSocket::duplicate(descriptor);
    return own == -1 ? nullptr : std::make_unique<SocketWriter>(nullptr, own);
}

} // namespace QRepod
