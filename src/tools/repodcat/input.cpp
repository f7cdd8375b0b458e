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

//! What the reading thread shares with the input, which it may outlive.
struct Input::Shared
{
    //! Runs \a what in the input's thread, if the input still exists.
    template <class Function>
    void call(Function what)
    {
        const QMutexLocker lock(&mutex);
        if (input)
            QMetaObject::invokeMethod(
                input, [this, what] { what(*input); }, Qt::QueuedConnection);
    }

    QMutex mutex;
    Input *input; // null once it is gone; the lock guards changes, and the other thread's use
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
