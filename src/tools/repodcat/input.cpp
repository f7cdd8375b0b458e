// SPDX-License-Identifier: MIT
#include "repodcat/input.h"

#include <QtCore/QMetaObject>
#include <QtCore/QMutex>
#include <QtCore/QSemaphore>

#include <iostream>
#include <string>
#include <thread>

namespace {

constexpr int readAhead = 256; // lines

} // namespace

//! What the reading thread has in common with the input, which it may outlive.
struct Input::Shared
{
    //! Runs \a what of the input in its thread, if it is still there.
    template <class Function>
    void call(Function what)
    {
        const QMutexLocker lock(&mutex);
        if (input)
            QMetaObject::invokeMethod(
                input, [this, what] { what(*input); }, Qt::QueuedConnection);
    }

    QMutex mutex;
    Input *input; // null when it has gone; changed and, by the other thread, used under the lock
    QSemaphore room{readAhead};
};

Input::Input()
    : m_shared(std::make_shared<Shared>())
{
    m_shared->input = this;
}

Input::~Input()
{
    const QMutexLocker lock(&m_shared->mutex);
    m_shared->input = nullptr;
}

void Input::start()
{
    std::thread([shared = m_shared] {
        for (std::string line; std::getline(std::cin, line);) {
            shared->room.acquire();
            const auto bytes = QByteArray::fromStdString(line);
            shared->call([bytes](Input &input) { emit input.line(bytes); });
        }
        shared->call([](Input &input) { emit input.ended(); });
    }).detach();
}

void Input::done()
{
    m_shared->room.release();
}
