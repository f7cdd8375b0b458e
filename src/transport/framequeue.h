// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <optional>
#include <utility>
#include <vector>

namespace QRepod {

//! Frames in order, merged into parts that are each written at once, some of which a newer frame
//! may replace. A value without a lock.
class FrameQueue
{
public:
    struct Replaced
    {
        qint64 number;    ///< of the message that is no longer sent
        qsizetype growth; ///< by how many bytes the queue has grown
    };

    bool isEmpty() const { return m_parts.empty(); }

    //! Appends \a bytes. Small frames share a part; a large one that is all of \a owner shares its
    //! memory.
    void append(QByteArrayView bytes, const QByteArray *owner);

    //! Appends \a frame, message number \a number, which may be replaced while it is in the queue.
    void appendLatest(const QByteArray &frame, const QString &action, qint64 number);

    //! Replaces the last replaceable frame with this \a action by \a frame.
    ///
    /// \return nothing if there is none; then the queue is unchanged.
    std::optional<Replaced> replaceLatest(const QByteArray &frame, const QString &action);

    //! The bytes of replaceable frames.
    qint64 latestBytes() const { return m_latestBytes; }

    std::vector<QByteArray> &parts() & { return m_parts; }
    std::vector<QByteArray> parts() && { return std::move(m_parts); }

    //! Takes out everything from the first replaceable frame at or behind byte \a offset of part
    //! \a part. What remains is no longer replaceable.
    FrameQueue takeReplaceable(size_t part, qsizetype offset);

    //! Puts \a before in front of everything.
    void prepend(FrameQueue &&before);

private:
    struct Latest
    {
        QString action;
        qint64 number;
        size_t part;
        qsizetype offset; // in the part
        qsizetype size;
    };

    std::vector<QByteArray> m_parts;
    std::vector<Latest> m_latest; // in queue order
    qint64 m_latestBytes = 0;
};

} // namespace QRepod
