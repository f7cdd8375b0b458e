// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qhash.h>

#include <mutex>

namespace QRepod {

//! Payloads as JSON, each translated once for all the clients that get it soon: those of one gate.
///
/// What is sent to everybody reaches each client's stream as a payload of its own. Any thread.
class JsonTexts
{
public:
    QByteArray text(const QByteArray &payload);

private:
    std::mutex m_mutex; // guards everything below
    QHash<QByteArray, QByteArray> m_texts;
    qsizetype m_size = 0; // of both, in bytes
};

} // namespace QRepod
