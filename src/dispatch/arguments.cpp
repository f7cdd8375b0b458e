// SPDX-License-Identifier: MIT
#include "dispatch/arguments.h"

#include "protocol/fields.h"

#include <bit>

namespace QRepod {

using Field = Signature::Field;
using Fixed = Signature::Fixed;

Arguments::Arguments(const Signature &signature, const Call &call)
    : m_signature(signature)
    , m_call(call)
    , m_memory(signature.size(), signature.alignment())
{
    m_pointers[0] = nullptr;
    for (const Fixed &fixed : signature.fixed())
        m_pointers[size_t(fixed.parameter)] = place(fixed);
    for (FieldSet rest = signature.preset(); rest != 0; rest &= rest - 1) {
        const Field &field = signature.fields()[size_t(std::countr_zero(rest))];
        m_pointers[size_t(field.parameter)] = field.type.construct(m_memory.at(field.offset));
    }
}

void *Arguments::place(const Fixed &fixed)
{
    const void *argument = nullptr;
    switch (fixed.kind) {
    case Fixed::Kind::Sender:
        if (fixed.isVariant)
            return new (m_memory.at(fixed.offset)) QVariant(QVariant::fromValue(m_call.sender));
        argument = &m_call.sender; // a pointer to a subclass of QObject has the same value
        break;
    case Fixed::Kind::Message:
        if (fixed.isVariant)
            return new (m_memory.at(fixed.offset)) QVariant(m_call.message.map());
        argument = &m_call.message.map();
        break;
    case Fixed::Kind::Gadget:
        return fixed.type.construct(m_memory.at(fixed.offset));
    case Fixed::Kind::Supplied:
        argument = supplied(fixed);
        break;
    }
    return const_cast<void *>(argument); // a handler takes it by value or const reference
}

const void *Arguments::supplied(const Fixed &fixed)
{
    if (m_call.answer && m_call.answer->isOpen()) {
        for (const Supplied &supplied : m_call.answer->supplied) {
            if (supplied.type == fixed.type) {
                m_isSupplied = true;
                return supplied.value;
            }
        }
    }
    return fixed.none.constData();
}

Arguments::~Arguments()
{
    for (const Fixed &fixed : m_signature.fixed()) {
        if (fixed.isVariant)
            static_cast<QVariant *>(m_memory.at(fixed.offset))->~QVariant();
        else if (fixed.kind == Fixed::Kind::Gadget)
            fixed.type.destruct(m_memory.at(fixed.offset));
    }
    for (FieldSet rest = (m_given | m_signature.preset()) & m_signature.constructed(); rest != 0;
         rest &= rest - 1) {
        const Field &field = m_signature.fields()[size_t(std::countr_zero(rest))];
        field.type.destruct(m_memory.at(field.offset));
    }
}

const Field *Arguments::read()
{
    if (m_signature.fields().empty())
        return nullptr;
    FieldReader reader(*this, m_call.message.context());
    reader.read(m_call.message.payload());
    if (m_unfit != 0)
        return &m_signature.fields()[size_t(std::countr_zero(m_unfit))];
    return m_signature.hasGadget() ? nullptr : firstMissing();
}

//! Returns the first field that is missing but required. Others that are missing are omitted.
const Field *Arguments::firstMissing()
{
    const std::vector<Field> &fields = m_signature.fields();
    const auto given = size_t(std::countr_one(m_given | m_signature.preset()));
    if (given == fields.size())
        return nullptr;
    const bool isLast = (m_given >> given) == 0; // no later field has come
    if (!fields[given].isOptional || !isLast)
        return &fields[given];
    if (m_signature.isScript()) {
        static const QVariant undefined;
        for (size_t i = given; i < fields.size(); ++i)
            m_pointers[size_t(fields[i].parameter)] = const_cast<QVariant *>(&undefined);
    } else {
        m_omitted = m_signature.parameters() + 1 - fields[given].parameter;
    }
    return nullptr;
}

bool Arguments::wants(QByteArrayView key)
{
    m_current = m_signature.find(key, m_next);
    return m_current;
}

bool Arguments::field(const Value &value)
{
    const Field &field = *m_current;
    const FieldSet bit = FieldSet(1) << (m_current - m_signature.fields().data());
    void *&argument = m_pointers[size_t(field.parameter)];
    bool fits;
    if (field.property) {
        fits = field.property->assign(value, argument);
    } else {
        argument = m_memory.at(field.offset);
        if (m_signature.constructed() & bit) {
            if ((m_given | m_signature.preset()) & bit) { // nothing of the first may remain
                m_given &= ~bit;
                field.type.destruct(argument);
            }
            field.type.construct(argument);
        }
        m_given |= bit;
        fits = field.converter->convert(value, argument);
    }
    m_unfit = fits ? m_unfit & ~bit : m_unfit | bit;
    return true; // even if it does not fit: the same field may come again
}

} // namespace QRepod
