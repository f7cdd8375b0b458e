// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QObject>

#include <memory>

//! Reads the lines of standard input in a thread of its own, because reading blocks.
///
/// It reads at most a few hundred lines ahead of done(), so a large file is not read into memory.
class Input : public QObject
{
    Q_OBJECT

public:
    Input();

    //! Leaves the thread behind if it waits for a line; it ends with the program.
    ~Input() override;

    void start();

    //! The receiver is done with a line that line() has given.
    void done();

signals:
    void line(const QByteArray &line);
    void ended();

private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};
