// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

#include <optional>
#include <vector>

namespace QRepod {

//! Bytes of big-endian length before every payload.
inline constexpr qsizetype frameHeaderSize = 4;

//! The frame that says nothing: an empty map, which repod and QRepod skip.
inline constexpr QByteArrayView heartbeatFrame("\x00\x00\x00\x01\x80", 5);

//! Where one validated message, or control frame, lies in the bytes of its FrameBatch.
struct Frame
{
    bool isControl() const { return action.isNull(); }

    QByteArrayView payload;              ///< one MessagePack map
    QByteArrayView action;               ///< its text in UTF-8; null: it is a control frame
    std::optional<quint64> request = {}; ///< its number, if the sender waits for an answer
};

//! Validated frames and the bytes they are slices of: what crosses from the network thread.
///
/// Moving a batch keeps its frames valid; it is not copied, so that each batch has one owner.
struct FrameBatch
{
    QByteArray bytes;
    std::vector<Frame> frames;
    qint64 controls = 0;                 ///< so many of these are control frames
    std::vector<QByteArray> actionTexts; ///< what frames of an action that was not text refer to

    FrameBatch() = default;
    FrameBatch(FrameBatch &&) = default;
    FrameBatch &operator=(FrameBatch &&) = default;
    FrameBatch(const FrameBatch &) = delete;
    FrameBatch &operator=(const FrameBatch &) = delete;
    ~FrameBatch() = default;

    qint64 messages() const { return qint64(frames.size()) - controls; }

    //! The memory it holds, in bytes.
    qint64 cost() const
    {
        constexpr size_t actionText = sizeof(QByteArray) + 48; // a number and its heap block
        return bytes.capacity() + qint64(frames.capacity() * sizeof(Frame))
            + qint64(actionTexts.capacity() * actionText);
    }
};

} // namespace QRepod
